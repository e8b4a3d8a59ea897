from tfx_pipeline.text_words import words


def test_texts_become_lower_case_words_of_letters_and_digits():
    assert words(["Red  RETRO-spot, 2nd", "", "Café ÄRGER!", "…"]).to_list() == [
        [b"red", b"retro", b"spot", b"2nd"],
        [],
        ["café".encode(), "ärger".encode()],
        [],
    ]
