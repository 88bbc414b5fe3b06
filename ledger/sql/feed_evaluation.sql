-- Ratings by one-time codes, as the record contract's `evaluation`.
SELECT rating_id AS evaluation_id, 'service_card' AS evaluation_source, unit_id, rating, efficiency_rating,
    integrity_rating, attitude_rating, convenience_rating, rated_at, rectified_at, revisited_at
FROM rating
