"""How the office keeps its SOP, for the public: closed clocks of all four stages, as totals of the whole office."""
