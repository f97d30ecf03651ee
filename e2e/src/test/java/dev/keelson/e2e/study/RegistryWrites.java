package dev.keelson.e2e.study;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What one client changes in the registry, and how the registry must be after what was acknowledged. A client has its own
 * models, so that the order of the changes of a model is known. Used by one thread at a time.
 */
final class RegistryWrites {
    private static final int VERSIONS_A_MODEL = 50;
    private static final List<String> STAGES = List.of("Staging", "Production", "Archived", "None");
    private static final List<String> ALIASES = List.of("blue", "green", "next");

    private final PatientCaller caller;
    private final int client;
    private final String run;
    private final List<Model> models = new ArrayList<>();
    private final List<Change> changes = new ArrayList<>();

    /** @param run whose files the versions are made of */
    RegistryWrites(PatientCaller caller, int client, String run) {
        this.caller = caller;
        this.client = client;
        this.run = run;
    }

    /**
     * A model as it must be.
     *
     * @param name its name
     * @param versions stage of each acknowledged version
     * @param origins which change registered each of them
     * @param aliases which version each alias points to
     */
    record Model(
            String name,
            SortedMap<Integer, String> versions,
            SortedMap<Integer, Change> origins,
            SortedMap<String, Integer> aliases) {}

    /**
     * A change that was acknowledged.
     *
     * @param name a name of its own
     * @param action what the audit trail calls it
     * @param model the model
     * @param version the version
     * @param attempts how often it was asked for, the last time with success
     */
    record Change(String name, String action, String model, int version, int attempts) {}

    /** Models, in the order in which they were made. */
    List<Model> models() {
        return models;
    }

    /** Changes that must have a line in the audit trail. */
    List<Change> changes() {
        return changes;
    }

    /** Registers a version, now and then of a new model. */
    void register() {
        if (models.isEmpty() || models.getLast().versions().size() >= VERSIONS_A_MODEL) {
            String name = "model %d of client %d".formatted(models.size(), client);
            caller.post(name, "registered-models/create", "{\"name\":\"%s\"}".formatted(name));
            models.add(new Model(name, new TreeMap<>(), new TreeMap<>(), new TreeMap<>()));
        }
        Model model = models.getLast();
        String name = name();
        PatientCaller.Acknowledged made = caller.post(
                name,
                "model-versions/create",
                "{\"name\":\"%s\",\"source\":\"mlflow-artifacts:/0/%s/artifacts/f\",\"run_id\":\"%s\",\"description\":\"%s\"}"
                        .formatted(model.name(), run, run, name));
        int version = KilledServerStudy.parsed(made.body()).at("/model_version/version").asInt();
        Change change = changed(name, "register", model, version, made);
        model.versions().put(version, "None");
        model.origins().put(version, change);
    }

    /** Moves a version to a stage; those that are there make room. */
    void transition() {
        Model model = models.getLast();
        String stage = STAGES.get(changes.size() / 3 % STAGES.size());
        boolean archive = stage.equals("Staging") || stage.equals("Production");
        int version = any(model);
        String name = name();
        PatientCaller.Acknowledged done = caller.post(
                name,
                "model-versions/transition-stage",
                "{\"name\":\"%s\",\"version\":\"%d\",\"stage\":\"%s\",\"archive_existing_versions\":%s}"
                        .formatted(model.name(), version, stage, archive));
        if (archive) {
            model.versions().replaceAll((other, at) -> at.equals(stage) ? "Archived" : at);
        }
        model.versions().put(version, stage);
        changed(name, "stage", model, version, done);
    }

    /** Points an alias to a version. */
    void alias() {
        Model model = models.getLast();
        String alias = ALIASES.get(changes.size() / 3 % ALIASES.size());
        int version = any(model);
        String name = name();
        PatientCaller.Acknowledged done = caller.post(
                name,
                "registered-models/alias",
                "{\"name\":\"%s\",\"alias\":\"%s\",\"version\":\"%d\"}".formatted(model.name(), alias, version));
        model.aliases().put(alias, version);
        changed(name, "alias", model, version, done);
    }

    private int any(Model model) {
        List<Integer> versions = List.copyOf(model.versions().keySet());
        return versions.get(changes.size() * 7 % versions.size());
    }

    private String name() {
        return "change %d of client %d".formatted(changes.size(), client);
    }

    private Change changed(
            String name, String action, Model model, int version, PatientCaller.Acknowledged acknowledged) {
        Change change = new Change(name, action, model.name(), version, acknowledged.attempts());
        changes.add(change);
        return change;
    }
}
