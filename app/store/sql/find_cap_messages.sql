-- What is known of these messages: taken before, or only heard of in another's references.
SELECT id, root, sent, superseded_by FROM cap_messages WHERE region = $1 AND id = ANY($2::text[])
