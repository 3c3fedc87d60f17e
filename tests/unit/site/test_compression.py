import gzip

from crm.site.compression import gzip_with_random_length


class TestGzipWithRandomLength:
    def test_unpacks_to_the_same_content(self):
        content = "Größe ".encode() * 500

        packed = gzip_with_random_length(content)

        assert gzip.decompress(packed) == content
        assert len(packed) < len(content) / 4

    def test_has_another_length_nearly_every_time(self):
        content = b"the same page " * 200

        lengths = {len(gzip_with_random_length(content)) for _ in range(60)}

        assert len(lengths) > 15
