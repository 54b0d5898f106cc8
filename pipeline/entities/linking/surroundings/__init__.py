"""What the words beside a name make of it: two countries, a person, a street, a state or a dish."""
