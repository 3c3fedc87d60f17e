"""The browser of the tests: the system's Chromium, in German."""


def test_the_browser_opens_a_page_as_a_german_speaking_visitor(page):
    page.set_content("<main><h1>Lethe</h1></main>")

    assert page.get_by_role("heading").inner_text() == "Lethe"
    assert page.evaluate("navigator.language") == "de-DE"
