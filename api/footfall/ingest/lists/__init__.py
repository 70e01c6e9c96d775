"""Lists of the world outside, as they came with the release."""
