"""Lists of the world outside: what came with the release, and what `footfall lists update` brought since."""
