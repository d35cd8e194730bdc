-- The folder a server keeps its data in; only who may read all settings is told.
SELECT current_setting('data_directory') AS folder
