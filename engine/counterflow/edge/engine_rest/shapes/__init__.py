"""The records of `/engine-rest`, as its clients write and read them."""
