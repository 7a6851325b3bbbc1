"""Words that many rooms say, in English and in French."""
