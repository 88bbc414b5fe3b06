-- The steps of all records of one process, in one scan: when each ended, how long it took, whether it kept its limit.
-- An end without a beginning was not in time. What is not known (a value that was delivered unreadable) is left out, as
-- is what left the step in another way. All is said as of the source's last whole day: what ended or left since then
-- was open on that day, and late where its limit had passed.
INSERT INTO process_row
WITH unknown AS (
    SELECT DISTINCT n.step, c.batch_id, c.row_number
    FROM snapshot.quality.cell c JOIN process_need n USING (table_name, column_name) WHERE n.process = $process
),
step AS (
    SELECT $unit AS unit_id, batch_id, row_number, unnest([$steps], recursive := true) FROM snapshot.record.$table
),
chosen AS (
    SELECT s.*, p.as_of, s.ended_at::DATE AS ended_on, s.started_at::DATE AS started_on
    FROM step s
    JOIN snapshot.quality.batch b USING (batch_id)
    JOIN process_source p ON p.process = $process AND p.step = s.step AND p.source = b.source
    ANTI JOIN unknown u ON u.step = s.step AND u.batch_id = s.batch_id AND u.row_number = s.row_number
    WHERE s.is_chosen AND (s.started_at IS NOT NULL OR s.ended_at IS NOT NULL)
        AND (s.ended_at >= $since OR (s.ended_at IS NULL AND coalesce(s.left_at::DATE > p.as_of, true)))
),
counted AS (
    SELECT c.*,
        CASE WHEN c.is_working THEN ended.number - started.number
            ELSE date_diff('day', c.started_on, c.ended_on) END - c.excluded_days AS days,
        CASE WHEN c.due_at IS NOT NULL THEN c.due_at::DATE WHEN NOT c.has_limit THEN NULL
            WHEN c.started_on IS NULL THEN c.ended_on
            WHEN c.is_working THEN due.date - 1
            ELSE c.started_on + (c.allowed_days + c.excluded_days) END AS due_on,
        coalesce(c.allowed_days, date_diff('day', c.started_on, c.due_at::DATE)) AS limit_days,
        c.is_working AND now.date IS NULL AS is_beyond
    FROM chosen c
    LEFT JOIN process_day started ON started.date = CASE WHEN c.is_working THEN c.started_on END
    LEFT JOIN process_day ended ON ended.date = CASE WHEN c.is_working THEN c.ended_on END
    LEFT JOIN process_day now ON now.date = CASE WHEN c.is_working THEN c.as_of END
    LEFT JOIN process_day due ON due.is_working_day
        AND due.number = CASE WHEN c.is_working THEN started.number + 1 + c.allowed_days + c.excluded_days END
),
judged AS (
    SELECT *,
        started_on <= as_of AND coalesce(ended_on > as_of, true) AS is_open,
        due_on <= as_of AND (ended_on IS NOT NULL OR NOT is_excused) AS is_due,
        coalesce(ended_at <= coalesce(due_at, due_on + 1 - INTERVAL 1 MICROSECOND) AND ended_at::DATE >= started_on, false)
            OR (is_excused AND ended_on IS NOT NULL) AS is_in_time
    FROM counted
)
SELECT $process, step, unit_id,
    CASE WHEN ended_on <= as_of THEN date_trunc('month', ended_on)::DATE END,
    CASE WHEN ended_on <= as_of AND ended_on >= started_on THEN days END,
    limit_days,
    CASE WHEN is_due THEN date_trunc('month', due_on)::DATE END,
    CASE WHEN is_due THEN is_in_time END,
    is_open,
    CASE WHEN is_open AND is_beyond AND due_on IS NULL AND allowed_days IS NOT NULL THEN NULL
        ELSE is_open AND NOT is_excused AND coalesce(is_due, false) END
FROM judged
