"""The grade of the relation: who may read and give it, how it is counted, red's second pair of eyes, its plans."""
