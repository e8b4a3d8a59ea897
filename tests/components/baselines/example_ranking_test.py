"""`compare_test.py` runs it on Beam; here is what it needs of a user."""

from components.baselines.example_ranking import user_hash


def test_the_hash_is_the_users_own_and_even():
    assert user_hash(b"u1") == user_hash(b"u1") != user_hash(b"u2")
    shares = [user_hash(str(number).encode()) / 2**64 for number in range(4000)]
    assert min(shares) >= 0 and max(shares) < 1
    # Of 4,000 users a quarter, with a deviation of 27.
    assert abs(sum(share < 0.25 for share in shares) - 1000) < 110
