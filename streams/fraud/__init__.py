"""How likely is it that this customer abuses promotions, and why?"""
