"""The missions of temporary work: noted by who receives, read by both sides, measured as the networks measure them."""
