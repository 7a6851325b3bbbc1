"""What happened, described: captures, reach of groups, answers of the region, agreement of coders."""
