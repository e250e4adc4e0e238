"""The one door to the work: a function per use case, frozen values in and out."""
