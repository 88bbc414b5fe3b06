-- The batches of stand-ins.
SELECT batch_id FROM snapshot.quality.batch WHERE role = 'placeholder'
