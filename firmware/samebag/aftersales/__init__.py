"""What follows a mistake: the story of a parcel, who is affected, what buyers are told."""
