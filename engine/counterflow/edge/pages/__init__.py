"""Plain pages for people, made by the server: where links of modelling tools lead, and what is served."""
