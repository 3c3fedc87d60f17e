import base64

import pytest

from crm.ledger.checkpoint import read_checkpoint, sign_checkpoint
from crm.ledger.note import Signer, VerifierKey, open_note

# The example of golang.org/x/mod/sumdb/note.
SEED = base64.b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
TEXT = b"If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
SIGNATURE = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
SIGNER = Signer("PeterNeumann", SEED)
STRANGER = Signer("PeterNeumann", b"2" * 32)


class TestSignedNote:
    """C2SP signed-note."""

    def test_is_the_one_that_other_software_makes(self):
        assert SIGNER.sign(TEXT) == TEXT + f"\n— PeterNeumann {SIGNATURE}\n".encode()
        assert str(SIGNER.verifier) == VKEY

    def test_opens_with_the_key_that_signed_it(self):
        assert open_note(SIGNER.sign(TEXT), [VerifierKey.parse(VKEY)]) == TEXT

    def test_opens_beside_signatures_of_strangers(self):
        extra = STRANGER.sign(TEXT).splitlines()[-1] + b"\n"

        assert open_note(SIGNER.sign(TEXT) + extra + b"rubbish\n", [SIGNER.verifier]) == TEXT

    @pytest.mark.parametrize(
        "note",
        [
            STRANGER.sign(TEXT),
            SIGNER.sign(TEXT).replace(b"answer", b"Answer"),
            SIGNER.sign(TEXT).replace(b"x08go/ZJ", b"x08go/ZK"),
            TEXT,
            TEXT + b"\n",
            b"",
        ],
    )
    def test_of_nobody_we_trust_stays_shut(self, note):
        assert open_note(note, [SIGNER.verifier]) is None

    @pytest.mark.parametrize("vkey", ["", "a+b", VKEY.replace("c74f", "c74e"), VKEY[:-4], VKEY.replace("+ARpc", "+BRpc")])
    def test_a_broken_key_is_refused(self, vkey):
        with pytest.raises(ValueError):
            VerifierKey.parse(vkey)

    @pytest.mark.parametrize("origin", ["", "a b", "a+b", "a\nb"])
    def test_a_name_that_the_format_forbids_is_refused(self, origin):
        with pytest.raises(ValueError):
            Signer(origin, SEED)


class TestCheckpoint:
    """C2SP tlog-checkpoint."""

    def test_has_never_changed_its_form(self):
        note = sign_checkpoint(Signer("lethe-test", b"1" * 32), 5, bytes(32)).note

        assert note.decode().splitlines() == [
            "lethe-test",
            "5",
            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
            "",
            "— lethe-test 3dTej9lFbEhmGPw88nipSflPlYmY7eNfwRmHfZ/vZ8QE1du1liUZi8wvDut/RLKnyQlH3r/KJGDiswY9alrhnRPhYAI=",
        ]

    def test_reads_back(self):
        made = sign_checkpoint(SIGNER, 20_852_163, b"r" * 32)

        assert read_checkpoint(made.note, [SIGNER.verifier]) == made

    @pytest.mark.parametrize(
        "text",
        [
            b"another.log\n5\n" + base64.b64encode(bytes(32)) + b"\n",
            b"PeterNeumann\n05\n" + base64.b64encode(bytes(32)) + b"\n",
            b"PeterNeumann\n-5\n" + base64.b64encode(bytes(32)) + b"\n",
            "PeterNeumann\n٥\n".encode() + base64.b64encode(bytes(32)) + b"\n",
            b"PeterNeumann\n5\n" + base64.b64encode(bytes(31)) + b"\n",
            b"PeterNeumann\n5\nno base64!\n",
            b"PeterNeumann\n5\n",
            b"\xff\xfe\n",
        ],
    )
    def test_of_another_form_is_none_even_when_signed(self, text):
        assert read_checkpoint(SIGNER.sign(text), [SIGNER.verifier]) is None
