package dev.keelson.remote;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Writes a folder {@code mlruns} file by file as MLflow's file store does. */
final class MlrunsFolder {
    static final String RUN = "0123456789abcdef0123456789abcdef";
    static final String OTHER = "fedcba9876543210fedcba9876543210";
    static final String LOGGED = "m-0123456789abcdef0123456789abcdef";
    static final String GONE = "00000000000000000000000000000001";

    private final Path root;

    MlrunsFolder(Path root) {
        this.root = root;
    }

    Path root() {
        return root;
    }

    /** Two experiments, three runs of which one is deleted, a data set, files, and a model with two versions. */
    static MlrunsFolder complete(Path root) throws IOException {
        MlrunsFolder folder = new MlrunsFolder(root);
        folder.experiment("0", "Default", "active");
        folder.experiment("314159", "goals", "active");
        folder.write("314159/tags/team", "blue");
        folder.run("314159", RUN, "first", 3, "active");
        folder.write("314159/" + RUN + "/params/learner", "logistic");
        folder.write("314159/" + RUN + "/params/l2", "");
        folder.write("314159/" + RUN + "/tags/mlflow.runName", "first");
        folder.write("314159/" + RUN + "/tags/note", "two\nlines");
        folder.write(
                "314159/" + RUN + "/metrics/loss",
                "1700000000001 0.9 0\n1700000000002 0.5 1\n1700000000003 nan 2\n1700000000004 inf 3\n");
        folder.write("314159/" + RUN + "/metrics/test/accuracy", "1700000000005 0.71 0\n");
        folder.write("314159/" + RUN + "/artifacts/model/MLmodel", "flavors: {}\n");
        folder.write("314159/" + RUN + "/artifacts/model/model.pkl", "not opened");
        folder.write("314159/" + RUN + "/artifacts/importance.csv", "feature,gain\n");
        folder.write(
                "314159/datasets/d41d8cd98f00b204e9800998ecf8427e/meta.yaml",
                "digest: '12ab'\nname: matches\nprofile: '{\"rows\": 3}'\nschema: null\nsource: '{\"uri\": \"m.csv\"}'\nsource_type: local\n");
        folder.write(
                "314159/" + RUN + "/inputs/aaaa/meta.yaml",
                """
                destination_id: d41d8cd98f00b204e9800998ecf8427e
                destination_type: RUN
                source_id: d41d8cd98f00b204e9800998ecf8427e
                source_type: DATASET
                tags:
                  mlflow.data.context: training
                """);
        folder.run("314159", OTHER, "second", 1, "active");
        folder.write("314159/" + OTHER + "/tags/mlflow.parentRunId", RUN);
        folder.run("0", GONE, "gone", 4, "deleted");
        folder.model();
        return folder;
    }

    void experiment(String id, String name, String lifecycle) throws IOException {
        write(
                id + "/meta.yaml",
                """
                artifact_location: %s/%s
                creation_time: 1700000000000
                experiment_id: '%s'
                last_update_time: 1700000000000
                lifecycle_stage: %s
                name: %s
                """
                        .formatted(root.toUri(), id, id, lifecycle, name));
    }

    void run(String experiment, String id, String name, int status, String lifecycle) throws IOException {
        write(
                experiment + "/" + id + "/meta.yaml",
                """
                artifact_uri: %s/%s/%s/artifacts
                end_time: %s
                entry_point_name: ''
                experiment_id: '%s'
                lifecycle_stage: %s
                run_id: %s
                run_name: %s
                run_uuid: %s
                source_name: ''
                source_type: 4
                source_version: ''
                start_time: 1700000000000
                status: %d
                tags: []
                user_id: ann
                """
                        .formatted(
                                root.toUri(),
                                experiment,
                                id,
                                status == 1 ? "null" : "1700000009000",
                                experiment,
                                lifecycle,
                                "'" + id + "'",
                                name,
                                "'" + id + "'",
                                status));
    }

    private void model() throws IOException {
        write(
                "models/goals/meta.yaml",
                """
                aliases: {}
                creation_timestamp: 1700000001000
                description: Goals of a match.
                last_updated_timestamp: 1700000002000
                name: goals
                """);
        write("models/goals/tags/owner", "ann");
        write("models/goals/aliases/champion", "3");
        version(1, "Archived", RUN);
        version(3, "Production", RUN);
        write("models/goals/version-3/tags/checked", "yes");
    }

    /** A model of MLflow 3 that the first run made, measured there and in the deleted run; its version 4 of `goals`. */
    void loggedModel() throws IOException {
        String home = "314159/models/" + LOGGED;
        write(
                home + "/meta.yaml",
                """
                artifact_location: %s/%s/artifacts
                creation_timestamp: 1700000006000
                experiment_id: '314159'
                last_updated_timestamp: 1700000007000
                lifecycle_stage: active
                model_id: %s
                model_type: classifier
                name: winner
                source_run_id: '%s'
                status: 2
                """
                        .formatted(root.toUri(), home, LOGGED, RUN));
        write(home + "/params/depth", "6");
        write(home + "/tags/reviewed", "no");
        write(
                home + "/metrics/loss",
                "1700000000002 0.5 1 %s matches 12ab\n1700000000008 0.4 0 %s\n".formatted(RUN, GONE));
        write(home + "/artifacts/MLmodel", "flavors: {}\n");
        write(home + "/artifacts/data/model.bin", "bytes");
        write(
                "314159/" + RUN + "/outputs/" + LOGGED + "/meta.yaml",
                """
                destination_id: %s
                destination_type: MODEL_OUTPUT
                source_id: %s
                source_type: RUN_OUTPUT
                step: 5
                tags: {}
                """
                        .formatted(LOGGED, RUN));
        write(
                "314159/" + OTHER + "/inputs/bbbb/meta.yaml",
                """
                destination_id: %s
                destination_type: MODEL_INPUT
                source_id: %s
                source_type: MODEL_INPUT
                tags: {}
                """
                        .formatted(OTHER, LOGGED));
        version(4, "None", RUN);
        String meta = "models/goals/version-4/meta.yaml";
        write(
                meta,
                Files.readString(root.resolve(meta))
                        .replace("/314159/" + RUN + "/artifacts/model", "/314159/models/" + LOGGED + "/artifacts")
                        + "model_id: " + LOGGED + "\n");
    }

    void version(int number, String stage, String run) throws IOException {
        write(
                "models/goals/version-%d/meta.yaml".formatted(number),
                """
                aliases: []
                creation_timestamp: 170000000%d000
                current_stage: %s
                description: ''
                last_updated_timestamp: 170000000%d000
                name: goals
                run_id: %s
                run_link: ''
                source: %s/314159/%s/artifacts/model
                status: READY
                status_message: null
                storage_location: null
                user_id: ann
                version: %d
                """
                        .formatted(number, stage, number, "'" + run + "'", root, run, number));
    }

    Path write(String path, String text) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text, StandardCharsets.UTF_8);
    }

    void append(String path, String text) throws IOException {
        Files.writeString(root.resolve(path), text, StandardCharsets.UTF_8, StandardOpenOption.APPEND);
    }
}
