package dev.keelson.http;

import org.jspecify.annotations.Nullable;

/** The kinds of work that is done in the background, with what they are called. */
public enum JobKind {
    /** Searches for features. */
    GENERATION("feature_generation", "generation", "feature-generations", "generation of features", "search", "trials", null),
    /** Searches for settings. */
    STUDY("study", "study", "studies", "search for settings", "search", "trials", "trials"),
    /** Trainings of one model. */
    TRAINING("training", "training", "trainings", "training", "training", "fits", "log"),
    /** Comparisons of policies of retraining. */
    POLICIES("policy_comparison", "policies", "policy-comparisons", "comparison of policies", "comparison", "steps", null),
    /** Schedules of retraining, advised. */
    ADVICE("schedule_advice", "advice", "schedule-advice", "advice on a schedule", "advice", "steps", null),
    /** Replays of the loop over history. */
    REPLAY("replay_run", "replay", "replay-runs", "replay", "replay", "steps", null);

    private final String report;
    private final String id;
    private final String path;
    private final String noun;
    private final String shortNoun;
    private final String parts;
    private final @Nullable String told;

    JobKind(String report, String id, String path, String noun, String shortNoun, String parts, @Nullable String told) {
        this.report = report;
        this.id = id;
        this.path = path;
        this.noun = noun;
        this.shortNoun = shortNoun;
        this.parts = parts;
        this.told = told;
    }

    /** The kind of the reports of the catalogue that keep results. */
    public String report() {
        return report;
    }

    /** How ids begin. */
    public String id() {
        return id;
    }

    /** The last part of the addresses, a plural. */
    public String path() {
        return path;
    }

    /** The address of the list. */
    public String address() {
        return "/api/v1/" + path;
    }

    /** The field of documents that lists them. */
    public String field() {
        return path.replace('-', '_');
    }

    /** What one is called. */
    public String noun() {
        return noun;
    }

    /** What one is called where it is known of what. */
    public String shortNoun() {
        return shortNoun;
    }

    /** What its progress counts. */
    public String parts() {
        return parts;
    }

    /** What {@link Jobs#told} lists; null when it lists nothing. */
    public @Nullable String told() {
        return told;
    }
}
