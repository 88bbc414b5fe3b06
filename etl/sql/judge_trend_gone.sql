-- The trend of indicators that were judged anew, are no longer declared, or cannot be computed any more.
DELETE FROM snapshot.mart.trend WHERE NOT list_contains(?, indicator_id)
