package dev.keelson.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.project.Project;
import dev.keelson.registry.AuditEntry;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.Run;
import dev.keelson.registry.tracking.RegisteredModel;
import dev.keelson.registry.tracking.RegisteredVersion;
import dev.keelson.train.ModelDefinition;
import dev.keelson.wiring.ProjectReading;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code keelson models}. */
@Command(
        name = "models",
        description = "The registry: versions, what serves and did, promotion, approval, rollback, import.",
        subcommands = {
            ModelsCommand.Listing.class,
            ModelsCommand.Show.class,
            ModelsCompare.class,
            ModelsHistory.class,
            ModelsCard.class,
            ModelsCheck.class,
            ModelsChange.Promote.class,
            ModelsChange.Approve.class,
            ModelsChange.Reject.class,
            ModelsChange.Rollback.class,
            ModelsImport.class,
            ModelsImportance.class
        })
final class ModelsCommand extends CommandGroup {
    private static final int AUDIT_SHOWN = 20;
    private static final int FEATURES_SHOWN = 10;

    /** {@code keelson models list}. */
    @Command(name = "list", description = "List the models and what serves.")
    static final class Listing extends KeelsonCommand {
        @Override
        int run(Session session) {
            Project project = session.project();
            ObjectNode document = Catalogued.object();
            var list = document.putArray("models");
            List<List<String>> rows = new ArrayList<>();
            try (ProjectReading state = ProjectReading.open(project)) {
                for (ModelDefinition model : project.models()) {
                    Optional<ModelVersion> champion = state.alias(model.name(), ModelVersion.CHAMPION);
                    Optional<ModelVersion> challenger = state.alias(model.name(), ModelVersion.CHALLENGER);
                    int versions = state.registered(session.clock(), model.name()).size();
                    ObjectNode node = list.addObject().put("name", model.name());
                    node.put("label", model.label().address());
                    node.put("versions", versions);
                    node.set("champion", champion.map(Catalogued::version).orElse(null));
                    node.set("challenger", challenger.map(Catalogued::version).orElse(null));
                    rows.add(List.of(
                            model.name(),
                            label(champion),
                            label(challenger),
                            Integer.toString(versions),
                            champion.map(each -> each.trainedTo().toString()).orElse(""),
                            champion.map(ModelVersion::sha256).map(sha -> sha.substring(0, 12)).orElse("")));
                }
                for (RegisteredModel model : state.registeredModels(session.clock())) {
                    if (project.models().stream().noneMatch(each -> each.name().equals(model.name()))) {
                        rows.add(registered(list.addObject(), model, state.registered(session.clock(), model.name())));
                    }
                }
            }
            session.console()
                    .table(List.of("MODEL", "CHAMPION", "CHALLENGER", "VERSIONS", "TRAINED TO", "SHA256"), rows);
            session.console().document(document);
            return YES;
        }

        /** The row of a model that the project file does not declare. */
        private static List<String> registered(ObjectNode node, RegisteredModel model, List<RegisteredVersion> versions) {
            node.put("name", model.name()).putNull("label").put("versions", versions.size());
            List<String> row = new ArrayList<>(List.of(model.name()));
            RegisteredVersion champion = null;
            for (String alias : List.of(ModelVersion.CHAMPION, ModelVersion.CHALLENGER)) {
                Integer number = model.aliases().get(alias);
                RegisteredVersion version = versions.stream()
                        .filter(each -> number != null && each.version() == number)
                        .findFirst()
                        .orElse(null);
                node.set(alias, version == null ? null : Catalogued.registered(version));
                row.add(version == null ? "" : "v" + version.version());
                champion = alias.equals(ModelVersion.CHAMPION) ? version : champion;
            }
            ModelVersion trained = champion == null ? null : champion.trained();
            row.add(Integer.toString(versions.size()));
            row.add(trained == null ? "" : trained.trainedTo().toString());
            row.add(trained == null ? "" : trained.sha256().substring(0, 12));
            return row;
        }

        private static String label(Optional<ModelVersion> version) {
            return version.map(each -> "v" + each.version()).orElse("");
        }
    }

    /** {@code keelson models show}. */
    @Command(name = "show", description = "Show a model: its versions with their metrics, and what was decided.")
    static final class Show extends KeelsonCommand {
        @Parameters(paramLabel = "MODEL", description = "Its name.")
        String model = "";

        @Override
        int run(Session session) {
            Project project = session.project();
            boolean number = project.models().stream().anyMatch(each -> each.name().equals(model) && each.isNumber());
            ObjectNode document = Catalogued.object().put("name", model);
            List<List<String>> versions = new ArrayList<>();
            List<List<String>> decisions = new ArrayList<>();
            List<List<String>> features = new ArrayList<>();
            try (ProjectReading state = ProjectReading.open(project)) {
                state.requireModel(project, model);
                Optional<ModelVersion> champion = state.alias(model, ModelVersion.CHAMPION);
                Optional<ModelVersion> challenger = state.alias(model, ModelVersion.CHALLENGER);
                document.put("champion", champion.map(ModelVersion::version).orElse(null));
                document.put("challenger", challenger.map(ModelVersion::version).orElse(null));
                var list = document.putArray("versions");
                for (RegisteredVersion registered : state.registered(session.clock(), model)) {
                    ModelVersion version = registered.trained();
                    if (version == null) {
                        list.add(Catalogued.registered(registered));
                        versions.add(List.of(
                                "v" + registered.version(),
                                String.join(", ", registered.aliases()),
                                "client's",
                                "",
                                "",
                                "",
                                "",
                                shortened(registered.runId())));
                        continue;
                    }
                    Optional<Run> run = state.run(version.runId());
                    Map<String, Double> metrics = run.map(Run::metrics).orElse(Map.of());
                    ObjectNode node = Catalogued.version(version);
                    ObjectNode numbers = node.putObject("metrics");
                    metrics.forEach((name, value) -> Catalogued.number(numbers, name, value));
                    Map<String, Double> shares = run.map(state::importance).orElse(Map.of());
                    ObjectNode importance = node.putObject("importance");
                    shares.forEach(importance::put);
                    if (champion.filter(version::equals).isPresent()) {
                        shares.entrySet().stream()
                                .limit(FEATURES_SHOWN)
                                .forEach(share -> features.add(List.of(share.getKey(), Texts.number(share.getValue()))));
                    }
                    list.add(node);
                    versions.add(List.of(
                            "v" + version.version(),
                            role(version, champion, challenger),
                            version.kind().name().toLowerCase(Locale.ROOT),
                            version.trainedTo().toString(),
                            number(metrics, number ? "test_rmse" : "test_log_loss"),
                            number(metrics, number ? "test_r2" : "baseline/market/test_log_loss"),
                            number(metrics, number ? "baseline/mean/test_rmse" : "baseline/frequencies/test_log_loss"),
                            shortened(version.runId())));
                }
                var audit = document.putArray("audit");
                for (AuditEntry entry : state.audit(model, AUDIT_SHOWN)) {
                    audit.add(Catalogued.audit(entry));
                    decisions.add(List.of(
                            entry.at().toString(),
                            entry.action(),
                            entry.version() == null ? "" : "v" + entry.version(),
                            entry.actor(),
                            entry.reason()));
                }
            }
            Console console = session.console();
            console.table(
                    number
                            ? List.of("VERSION", "ROLE", "KIND", "TRAINED TO", "RMSE", "R2", "MEAN", "RUN")
                            : List.of(
                                    "VERSION", "ROLE", "KIND", "TRAINED TO", "LOG LOSS", "MARKET", "FREQUENCIES", "RUN"),
                    versions);
            if (console.terminal() && !features.isEmpty()) {
                console.line("");
                console.table(List.of("FEATURE OF THE CHAMPION", "IMPORTANCE"), features);
            }
            if (console.terminal() && !decisions.isEmpty()) {
                console.line("");
                console.table(List.of("WHEN", "WHAT", "VERSION", "WHO", "WHY"), decisions);
            }
            console.document(document);
            if (versions.isEmpty()) {
                console.note("The model has no version yet; `keelson run` trains one.");
            }
            if (project.models().stream().noneMatch(each -> each.name().equals(model))) {
                console.note("The project file does not declare this model: nothing of it serves.");
            }
            return YES;
        }

        private static String shortened(@Nullable String run) {
            return run == null ? "" : run.substring(0, Math.min(12, run.length()));
        }

        private static String role(
                ModelVersion version, Optional<ModelVersion> champion, Optional<ModelVersion> challenger) {
            return champion.filter(version::equals).isPresent()
                    ? ModelVersion.CHAMPION
                    : challenger.filter(version::equals).isPresent() ? ModelVersion.CHALLENGER : "";
        }

        private static String number(Map<String, Double> metrics, String name) {
            Double value = metrics.get(name);
            return value == null ? "" : Texts.number(value);
        }
    }
}
