"""All families of recommenders, a line each; popularity comes first, being what the blend begins as."""

from functools import partial

from streams.recommend.basket_rules import BasketRules, start_basket_rules
from streams.recommend.blend import Blend, start_blend
from streams.recommend.co_visitation import CoVisitation, start_co_visitation
from streams.recommend.content import Content, start_content
from streams.recommend.factorisation import Factorisation, start_factorisation
from streams.recommend.item_neighbours import ItemNeighbours, start_item_neighbours
from streams.recommend.popularity import Popularity, start_popularity
from streams.recommend.recommender import Family
from streams.recommend.user_neighbours import UserNeighbours, start_user_neighbours

MEMBERS: tuple[Family, ...] = (
    Family("popularity", start_popularity, Popularity),
    Family("co_visitation", start_co_visitation, CoVisitation),
    Family("item_neighbours", start_item_neighbours, ItemNeighbours),
    Family("user_neighbours", start_user_neighbours, UserNeighbours),
    Family("content", start_content, Content),
    Family("factorisation", start_factorisation, Factorisation),
    Family("basket_rules", start_basket_rules, BasketRules),
)
BLEND = Family("blend", partial(start_blend, MEMBERS), partial(Blend, MEMBERS))
FAMILIES = (*MEMBERS, BLEND)
