from __future__ import annotations

from player import errors


def test_every_error_stands_in_the_tree_of_the_docstring_with_a_code_of_its_own() -> None:
    classes = [v for v in vars(errors).values() if isinstance(v, type) and issubclass(v, errors.PlayerError)]
    codes = [error.code for error in classes]
    assert len(set(codes)) == len(codes)
    for error in classes:
        assert error.__name__ in (errors.__doc__ or "")


def test_an_error_without_words_says_its_code() -> None:
    assert errors.NotFound().message == "NOT_FOUND"
    assert errors.NetworkError("down").retryable
    assert errors.RateLimited("wait", retry_after_s=4).retry_after_s == 4
    assert errors.Rejected("no", server_code="X").server_code == "X"
