"""The chain from a finding down to the record or the sentence it rests on."""
