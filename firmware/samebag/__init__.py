"""Samebag: the firmware of a packing station that tells whether the two labels on a bag are the
same parcel's."""
