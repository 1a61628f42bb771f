"""The language model that may draft replies: how it is asked, and what of its answer is believed."""
