package dev.keelson.store.files;

import dev.keelson.error.KeelsonException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The state of a project, or of one policy of a replay: one folder. Making this value touches no file.
 *
 * @param root the folder, {@code .keelson} of a project
 */
public record StateFolder(Path root) {

    /** SQLite: runs, registry, audit trail, reports, steps. */
    public Path catalog() {
        return root.resolve("keelson.db");
    }

    /** SQLite: index of the journal. */
    public Path predictions() {
        return root.resolve("predictions.db");
    }

    /** SQLite: latest values of features. */
    public Path online() {
        return root.resolve("online.db");
    }

    /** Append-only rows that were pushed and are not yet part of a dataset. */
    public Path pushes() {
        return root.resolve("pushes.jsonl");
    }

    /** Immutable Parquet files and manifests. */
    public Path datasets() {
        return root.resolve("datasets");
    }

    /** Run and model artifacts by hash. */
    public Path artifacts() {
        return root.resolve("artifacts");
    }

    /** Append-only prediction events and outcomes. */
    public Path journal() {
        return root.resolve("journal");
    }

    /** Append-only decisions of a bandit and their rewards. */
    public Path decisions(String bandit) {
        return root.resolve("decisions").resolve(fileName(bandit) + ".jsonl");
    }

    /** Opportunities that were captured, what became of them, and which were told. */
    public Path opportunities() {
        return root.resolve("opportunities.db");
    }

    /** How the inputs of models were spread, as of the last orderly end. */
    public Path profiles() {
        return root.resolve("profiles.bin");
    }

    /** Reports written for people. */
    public Path reports() {
        return root.resolve("reports");
    }

    /** Log files. */
    public Path logs() {
        return root.resolve("logs");
    }

    /** Who owns this folder now. */
    public Path owner() {
        return root.resolve("owner.json");
    }

    /** All replays. */
    public Path replays() {
        return root.resolve("replays");
    }

    /**
     * The state of one policy of a replay. It shares the content-addressed files of this folder; see
     * {@link #artifacts()} and {@link #datasets()} of the project's own folder.
     *
     * @param replay the replay's id, usable as a file name
     * @param policy the policy's name, usable as a file name
     */
    public StateFolder replay(String replay, String policy) {
        return new StateFolder(replays().resolve(fileName(replay)).resolve(fileName(policy)));
    }

    /**
     * Makes the folder if it is not there.
     *
     * @throws KeelsonException DISK_FULL or NOT_WRITABLE
     */
    public StateFolder create() {
        try {
            Files.createDirectories(root);
            return this;
        } catch (IOException e) {
            throw StoreErrors.writing(root, e);
        }
    }

    static String fileName(String name) {
        if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,199}")) {
            throw new IllegalArgumentException(
                    "The name (%s) must start with a letter or digit and hold only letters, digits, dots, - and _."
                            .formatted(name));
        }
        return name;
    }
}
