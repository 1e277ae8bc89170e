CREATE TABLE "experiments" (
	experiment_id INTEGER NOT NULL, 
	name VARCHAR(256) NOT NULL, 
	artifact_location VARCHAR(256), 
	lifecycle_stage VARCHAR(32), 
	creation_time BIGINT, 
	last_update_time BIGINT, 
	workspace VARCHAR(63) DEFAULT 'default' NOT NULL, 
	CONSTRAINT experiment_pk PRIMARY KEY (experiment_id), 
	CONSTRAINT experiments_lifecycle_stage CHECK (lifecycle_stage IN ('active', 'deleted')), 
	CONSTRAINT uq_experiments_workspace_name UNIQUE (workspace, name)
);
INSERT INTO experiments VALUES (0, 'Default', '/mlruns/0', 'active', 1796051593004, 1796051593004, 'default');
INSERT INTO experiments VALUES (1, 'digits', '/mlruns/1', 'active', 1796051593046, 1796051593046, 'default');
CREATE TABLE "runs" (
	run_uuid VARCHAR(32) NOT NULL, 
	name VARCHAR(250), 
	source_type VARCHAR(20), 
	source_name VARCHAR(500), 
	entry_point_name VARCHAR(50), 
	user_id VARCHAR(256), 
	status VARCHAR(9), 
	start_time BIGINT, 
	end_time BIGINT, 
	source_version VARCHAR(50), 
	lifecycle_stage VARCHAR(20), 
	artifact_uri VARCHAR(200), 
	experiment_id INTEGER, deleted_time BIGINT, 
	CONSTRAINT run_pk PRIMARY KEY (run_uuid), 
	CONSTRAINT source_type CHECK (source_type IN ('NOTEBOOK', 'JOB', 'LOCAL', 'UNKNOWN', 'PROJECT')), 
	CONSTRAINT runs_lifecycle_stage CHECK (lifecycle_stage IN ('active', 'deleted')), 
	FOREIGN KEY(experiment_id) REFERENCES experiments (experiment_id), 
	CHECK (status IN ('SCHEDULED', 'FAILED', 'FINISHED', 'RUNNING', 'KILLED'))
);
INSERT INTO runs VALUES ('6a4b12ddfd3243a090fff9a2dbc767f1', 'r0', 'UNKNOWN', '', '', 'root', 'FINISHED', 1796051593225, 1796051593832, '', 'active', '/mlruns/1/6a4b12ddfd3243a090fff9a2dbc767f1/artifacts', 1, NULL);
INSERT INTO runs VALUES ('89e08a8edb214e67ba361ff73cf6010c', 'r1', 'UNKNOWN', '', '', 'root', 'FINISHED', 1796051593900, 1796051594592, '', 'active', '/mlruns/1/89e08a8edb214e67ba361ff73cf6010c/artifacts', 1, NULL);
CREATE TABLE "metrics" (
	"key" VARCHAR(250) NOT NULL, 
	value FLOAT NOT NULL, 
	timestamp BIGINT NOT NULL, 
	run_uuid VARCHAR(32) NOT NULL, 
	step BIGINT DEFAULT '0' NOT NULL, 
	is_nan BOOLEAN DEFAULT '0' NOT NULL, 
	CONSTRAINT metric_pk PRIMARY KEY ("key", timestamp, step, run_uuid, value, is_nan), 
	FOREIGN KEY(run_uuid) REFERENCES runs (run_uuid), 
	CHECK (is_nan IN (0, 1))
);
INSERT INTO metrics VALUES ('train/loss', 1.0, 1796051593323, '6a4b12ddfd3243a090fff9a2dbc767f1', 0, 0);
INSERT INTO metrics VALUES ('train/loss', 0.993303, 1796051593356, '6a4b12ddfd3243a090fff9a2dbc767f1', 10, 0);
INSERT INTO metrics VALUES ('train/loss', 0.950302, 1796051593387, '6a4b12ddfd3243a090fff9a2dbc767f1', 20, 0);
INSERT INTO metrics VALUES ('train/loss', 0.867764, 1796051593415, '6a4b12ddfd3243a090fff9a2dbc767f1', 30, 0);
INSERT INTO metrics VALUES ('train/loss', 0.780891, 1796051593439, '6a4b12ddfd3243a090fff9a2dbc767f1', 40, 0);
INSERT INTO metrics VALUES ('train/loss', 0.730855, 1796051593460, '6a4b12ddfd3243a090fff9a2dbc767f1', 50, 0);
INSERT INTO metrics VALUES ('train/loss', 0.726847, 1796051593480, '6a4b12ddfd3243a090fff9a2dbc767f1', 60, 0);
INSERT INTO metrics VALUES ('train/loss', 0.737537, 1796051593500, '6a4b12ddfd3243a090fff9a2dbc767f1', 70, 0);
INSERT INTO metrics VALUES ('train/loss', 0.719788, 1796051593520, '6a4b12ddfd3243a090fff9a2dbc767f1', 80, 0);
INSERT INTO metrics VALUES ('train/loss', 0.658234, 1796051593536, '6a4b12ddfd3243a090fff9a2dbc767f1', 90, 0);
INSERT INTO metrics VALUES ('train/loss', 0.57933, 1796051593551, '6a4b12ddfd3243a090fff9a2dbc767f1', 100, 0);
INSERT INTO metrics VALUES ('train/loss', 0.52695, 1796051593568, '6a4b12ddfd3243a090fff9a2dbc767f1', 110, 0);
INSERT INTO metrics VALUES ('train/loss', 0.521983, 1796051593588, '6a4b12ddfd3243a090fff9a2dbc767f1', 120, 0);
INSERT INTO metrics VALUES ('train/loss', 0.543054, 1796051593607, '6a4b12ddfd3243a090fff9a2dbc767f1', 130, 0);
INSERT INTO metrics VALUES ('train/loss', 0.546116, 1796051593626, '6a4b12ddfd3243a090fff9a2dbc767f1', 140, 0);
INSERT INTO metrics VALUES ('train/loss', 0.504881, 1796051593652, '6a4b12ddfd3243a090fff9a2dbc767f1', 150, 0);
INSERT INTO metrics VALUES ('train/loss', 0.434934, 1796051593676, '6a4b12ddfd3243a090fff9a2dbc767f1', 160, 0);
INSERT INTO metrics VALUES ('train/loss', 0.379345, 1796051593696, '6a4b12ddfd3243a090fff9a2dbc767f1', 170, 0);
INSERT INTO metrics VALUES ('train/loss', 0.36902, 1796051593731, '6a4b12ddfd3243a090fff9a2dbc767f1', 180, 0);
INSERT INTO metrics VALUES ('train/loss', 0.394235, 1796051593756, '6a4b12ddfd3243a090fff9a2dbc767f1', 190, 0);
INSERT INTO metrics VALUES ('bad', 0.0, 1796051593780, '6a4b12ddfd3243a090fff9a2dbc767f1', 3, 1);
INSERT INTO metrics VALUES ('train/loss', 2.0, 1796051593983, '89e08a8edb214e67ba361ff73cf6010c', 0, 0);
INSERT INTO metrics VALUES ('train/loss', 1.993303, 1796051594006, '89e08a8edb214e67ba361ff73cf6010c', 10, 0);
INSERT INTO metrics VALUES ('train/loss', 1.950302, 1796051594032, '89e08a8edb214e67ba361ff73cf6010c', 20, 0);
INSERT INTO metrics VALUES ('train/loss', 1.867764, 1796051594056, '89e08a8edb214e67ba361ff73cf6010c', 30, 0);
INSERT INTO metrics VALUES ('train/loss', 1.780891, 1796051594088, '89e08a8edb214e67ba361ff73cf6010c', 40, 0);
INSERT INTO metrics VALUES ('train/loss', 1.730855, 1796051594120, '89e08a8edb214e67ba361ff73cf6010c', 50, 0);
INSERT INTO metrics VALUES ('train/loss', 1.726847, 1796051594151, '89e08a8edb214e67ba361ff73cf6010c', 60, 0);
INSERT INTO metrics VALUES ('train/loss', 1.737537, 1796051594180, '89e08a8edb214e67ba361ff73cf6010c', 70, 0);
INSERT INTO metrics VALUES ('train/loss', 1.7197879999999999, 1796051594209, '89e08a8edb214e67ba361ff73cf6010c', 80, 0);
INSERT INTO metrics VALUES ('train/loss', 1.658234, 1796051594243, '89e08a8edb214e67ba361ff73cf6010c', 90, 0);
INSERT INTO metrics VALUES ('train/loss', 1.5793300000000001, 1796051594271, '89e08a8edb214e67ba361ff73cf6010c', 100, 0);
INSERT INTO metrics VALUES ('train/loss', 1.52695, 1796051594299, '89e08a8edb214e67ba361ff73cf6010c', 110, 0);
INSERT INTO metrics VALUES ('train/loss', 1.521983, 1796051594324, '89e08a8edb214e67ba361ff73cf6010c', 120, 0);
INSERT INTO metrics VALUES ('train/loss', 1.5430540000000001, 1796051594352, '89e08a8edb214e67ba361ff73cf6010c', 130, 0);
INSERT INTO metrics VALUES ('train/loss', 1.546116, 1796051594384, '89e08a8edb214e67ba361ff73cf6010c', 140, 0);
INSERT INTO metrics VALUES ('train/loss', 1.5048810000000001, 1796051594412, '89e08a8edb214e67ba361ff73cf6010c', 150, 0);
INSERT INTO metrics VALUES ('train/loss', 1.434934, 1796051594444, '89e08a8edb214e67ba361ff73cf6010c', 160, 0);
INSERT INTO metrics VALUES ('train/loss', 1.379345, 1796051594472, '89e08a8edb214e67ba361ff73cf6010c', 170, 0);
INSERT INTO metrics VALUES ('train/loss', 1.36902, 1796051594504, '89e08a8edb214e67ba361ff73cf6010c', 180, 0);
INSERT INTO metrics VALUES ('train/loss', 1.3942350000000001, 1796051594536, '89e08a8edb214e67ba361ff73cf6010c', 190, 0);
INSERT INTO metrics VALUES ('bad', 0.0, 1796051594564, '89e08a8edb214e67ba361ff73cf6010c', 3, 1);
