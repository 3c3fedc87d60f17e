import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.ledger.merkle import EMPTY_ROOT, GrowingTree, inclusion_path, leaf_hash, node_hash, root_from_path
from crm.ledger.tiles import Tile, TiledTree, right_edge

# The leaves and roots of the reference implementation of RFC 6962.
LEAVES = [
    bytes.fromhex(text) for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def numbered(count):
    return [hashlib.sha256(str(number).encode()).digest() for number in range(count)]


def root_by_definition(hashes):
    """MTH of RFC 6962, section 2.1, word for word."""
    if not hashes:
        return EMPTY_ROOT
    if len(hashes) == 1:
        return hashes[0]
    k = 1
    while k * 2 < len(hashes):
        k *= 2
    return node_hash(root_by_definition(hashes[:k]), root_by_definition(hashes[k:]))


class TestRoot:
    """RFC 6962, section 2.1."""

    def test_of_nothing_is_the_hash_of_nothing(self):
        assert GrowingTree().root() == TiledTree(0, {}).root() == hashlib.sha256().digest()

    @pytest.mark.parametrize("size", range(1, 9))
    def test_is_that_of_the_reference_implementation(self, size):
        tree = GrowingTree()

        tree.extend(b"".join(leaf_hash(leaf) for leaf in LEAVES[:size]))

        assert tree.root().hex() == ROOTS[size - 1]

    @given(st.lists(st.integers(0, 600), max_size=6))
    def test_does_not_depend_on_how_the_leaves_arrived(self, portions):
        hashes = numbered(sum(portions))
        growing, tiled, start = GrowingTree(), TiledTree(0, {}), 0

        for portion in portions:
            growing.extend(b"".join(hashes[start : start + portion]))
            tiled.extend(hashes[start : start + portion])
            start += portion

        assert growing.root() == tiled.root() == root_by_definition(hashes)


class TestProofOfInclusion:
    """RFC 9162, section 2.1.3."""

    @pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 9, 64, 65])
    def test_leads_every_leaf_to_the_root(self, size):
        hashes = numbered(size)

        for index in range(size):
            path = inclusion_path(index, size, lambda start, end: root_by_definition(hashes[start:end]))

            assert root_from_path(hashes[index], index, size, path) == root_by_definition(hashes)

    def test_leads_nowhere_for_another_leaf_place_or_length(self):
        hashes = numbered(7)
        path = inclusion_path(3, 7, lambda start, end: root_by_definition(hashes[start:end]))
        root = root_by_definition(hashes)

        assert root_from_path(hashes[2], 3, 7, path) != root
        assert root_from_path(hashes[3], 2, 7, path) != root
        assert root_from_path(hashes[3], 3, 7, path[:-1]) is None
        assert root_from_path(hashes[3], 3, 7, [*path, root]) is None
        assert root_from_path(hashes[3], 7, 7, path) is None


class TestTiles:
    """C2SP tlog-tiles; the numbers are those of its text."""

    @pytest.mark.parametrize(
        ("tile", "path"),
        [
            (Tile(0, 0, b"x" * 32), "tile/0/000.p/1"),
            (Tile(1, 5, b"x" * 8192), "tile/1/005"),
            (Tile(0, 1_234_067, b"x" * 8192), "tile/0/x001/x234/067"),
            (Tile(0, 1_234_067, b"x" * 32 * 17), "tile/0/x001/x234/067.p/17"),
        ],
    )
    def test_lie_where_the_format_says(self, tile, path):
        assert tile.path == path

    def test_of_seventy_thousand_leaves(self):
        changed = TiledTree(0, {}).extend(numbered(70_000))

        full = [(tile.level, tile.number) for tile in changed if len(tile.hashes) == 8_192]
        partial = [(tile.level, tile.number, len(tile.hashes) // 32) for tile in changed if len(tile.hashes) < 8_192]
        assert full == [*((0, number) for number in range(273)), (1, 0)]
        assert partial == [(0, 273, 112), (1, 1, 17), (2, 0, 1)]
        assert list(right_edge(70_000)) == [(0, 273), (1, 1), (2, 0)]

    def test_of_256_leaves_are_a_full_one_and_one_of_width_one_above(self):
        changed = TiledTree(0, {}).extend(numbered(256))

        assert [(tile.level, tile.number, len(tile.hashes) // 32) for tile in changed] == [(0, 0, 256), (1, 0, 1)]
