-- The unit tree and the counts by month, for every unit from the rows of all its descendants.
CREATE OR REPLACE TABLE snapshot.mart.unit_tree AS
WITH RECURSIVE climbing AS (
    SELECT unit_id, unit_id AS ancestor_id, 0 AS distance FROM snapshot.record.org_unit
    UNION ALL
    SELECT c.unit_id, u.parent_unit_id, c.distance + 1
    FROM climbing c JOIN snapshot.record.org_unit u ON u.unit_id = c.ancestor_id
    WHERE u.parent_unit_id IS NOT NULL AND c.distance < 16
)
SELECT DISTINCT ON (unit_id, ancestor_id) unit_id, ancestor_id, distance FROM climbing
ORDER BY unit_id, ancestor_id, distance;

CREATE OR REPLACE TABLE snapshot.mart.unit AS
SELECT u.unit_id, u.parent_unit_id, u.name, u.unit_type, max(t.distance)::INTEGER AS level, u.is_active
FROM snapshot.record.org_unit u JOIN snapshot.mart.unit_tree t USING (unit_id)
GROUP BY ALL ORDER BY level, u.unit_id;

CREATE OR REPLACE TABLE snapshot.mart.volume AS
WITH application AS (
    SELECT unit_id, date_trunc('month', submitted_at) AS received, date_trunc('month', decided_at) AS decided, result
    FROM snapshot.record.licence_application
),
ticket AS (
    SELECT handling_unit_id AS unit_id, date_trunc('month', received_at) AS received,
        date_trunc('month', closed_at) AS closed, closed_at <= due_at AS is_in_time
    FROM snapshot.record.complaint
),
happened AS (
    SELECT 'applications_received' AS measure, unit_id, received AS month, count(*) AS n
    FROM application GROUP BY ALL
    UNION ALL
    SELECT 'applications_decided', unit_id, decided, count(*)
    FROM application WHERE decided IS NOT NULL GROUP BY ALL
    UNION ALL
    SELECT 'applications_granted', unit_id, decided, count(*)
    FROM application WHERE result = 'granted' GROUP BY ALL
    UNION ALL
    SELECT unnest(['inspections_done', 'inspections_with_issues']), unit_id, month, unnest([n, issues])
    FROM (
        SELECT unit_id, date_trunc('month', started_at) AS month, count(*) AS n,
            count(*) FILTER (issue_count > 0) AS issues
        FROM snapshot.record.inspection WHERE started_at IS NOT NULL GROUP BY ALL
    )
    UNION ALL
    SELECT 'tickets_received', unit_id, received, count(*) FROM ticket GROUP BY ALL
    UNION ALL
    SELECT 'tickets_closed', unit_id, closed, count(*) FROM ticket WHERE closed IS NOT NULL GROUP BY ALL
    UNION ALL
    SELECT 'tickets_closed_in_time', unit_id, closed, count(*) FROM ticket WHERE is_in_time GROUP BY ALL
)
SELECT h.measure, t.ancestor_id AS unit_id, h.month::DATE AS month, sum(h.n)::BIGINT AS "count"
FROM happened h JOIN snapshot.mart.unit_tree t USING (unit_id)
GROUP BY ALL ORDER BY ALL;

-- The market cells in force now, with what is licensed in them: a shop that pauses business keeps its licence and place.
CREATE OR REPLACE TABLE snapshot.mart.cell AS
WITH occupied AS (
    SELECT cell_id, count(*) AS n FROM snapshot.record.retailer WHERE state IN ('active', 'suspended') GROUP BY cell_id
),
queued AS (
    SELECT cell_id, count(*) AS n FROM snapshot.record.licence_application
    WHERE queue_no IS NOT NULL AND decided_at IS NULL GROUP BY cell_id
),
in_force AS (
    SELECT * FROM snapshot.record.market_cell
    WHERE valid_from <= current_date AND (valid_to IS NULL OR valid_to >= current_date)
    QUALIFY row_number() OVER (PARTITION BY cell_id ORDER BY valid_from DESC) = 1
),
corner AS (
    SELECT cell_id,
        regexp_extract_all(boundary, '(-?[0-9.]+) +(-?[0-9.]+)', 1)::DOUBLE[] AS longitudes,
        regexp_extract_all(boundary, '(-?[0-9.]+) +(-?[0-9.]+)', 2)::DOUBLE[] AS latitudes
    FROM in_force WHERE boundary IS NOT NULL
)
SELECT c.cell_id, c.unit_id, c.name, c.cell_kind, c.capacity, c.required_spacing_metres, c.state,
    coalesce(occupied.n, 0) AS occupied, coalesce(queued.n, 0) AS queued,
    c.occupied AS occupied_delivered, c.queued AS queued_delivered,
    c.capacity - coalesce(occupied.n, 0) AS remaining,
    coalesce(occupied.n, 0) + coalesce(queued.n, 0) >= c.capacity AS is_saturated,
    c.state = 'restricted' AS is_restricted,
    -- The middle of the cell's bounds, for a schematic map; never of shops.
    (list_min(corner.longitudes) + list_max(corner.longitudes)) / 2 AS longitude,
    (list_min(corner.latitudes) + list_max(corner.latitudes)) / 2 AS latitude, c.coordinate_system
FROM in_force c LEFT JOIN occupied USING (cell_id) LEFT JOIN queued USING (cell_id)
LEFT JOIN corner USING (cell_id)
ORDER BY c.cell_id;

-- Which sources speak of each unit, and up to when: of the rows of its descendants.
CREATE OR REPLACE TABLE snapshot.mart.unit_source AS
WITH brought AS (
    SELECT DISTINCT 'licence_application' AS table_name, unit_id, batch_id FROM snapshot.record.licence_application
    UNION ALL
    SELECT DISTINCT 'inspection', unit_id, batch_id FROM snapshot.record.inspection
    UNION ALL
    SELECT DISTINCT 'complaint', handling_unit_id, batch_id FROM snapshot.record.complaint
)
SELECT t.ancestor_id AS unit_id, r.table_name, b.source, max(b.as_of) AS as_of
FROM brought r
JOIN snapshot.mart.unit_tree t USING (unit_id)
JOIN snapshot.quality.batch b USING (batch_id)
GROUP BY ALL ORDER BY ALL;
