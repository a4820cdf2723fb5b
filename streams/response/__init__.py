"""Will this customer click, will this customer buy, and what does a promotion change about it?"""
