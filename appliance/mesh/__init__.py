"""Ad-hoc radio and batman-adv between boxes."""
