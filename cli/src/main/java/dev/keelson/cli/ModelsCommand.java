package dev.keelson.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.project.Project;
import dev.keelson.registry.AuditEntry;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.Run;
import dev.keelson.train.ModelDefinition;
import dev.keelson.wiring.LiveProject;
import dev.keelson.wiring.ProjectReading;
import dev.keelson.wiring.Projects;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code keelson models}. */
@Command(
        name = "models",
        description = "The registry: versions, the champion, promotion, rollback, import.",
        subcommands = {
            ModelsCommand.Listing.class,
            ModelsCommand.Show.class,
            ModelsCommand.Promote.class,
            ModelsCommand.Rollback.class,
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
                    int versions = state.versions(model.name()).size();
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
            }
            session.console()
                    .table(List.of("MODEL", "CHAMPION", "CHALLENGER", "VERSIONS", "TRAINED TO", "SHA256"), rows);
            session.console().document(document);
            return YES;
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
            boolean number = Projects.model(project, model).isNumber();
            ObjectNode document = Catalogued.object().put("name", model);
            List<List<String>> versions = new ArrayList<>();
            List<List<String>> decisions = new ArrayList<>();
            List<List<String>> features = new ArrayList<>();
            try (ProjectReading state = ProjectReading.open(project)) {
                Optional<ModelVersion> champion = state.alias(model, ModelVersion.CHAMPION);
                Optional<ModelVersion> challenger = state.alias(model, ModelVersion.CHALLENGER);
                document.put("champion", champion.map(ModelVersion::version).orElse(null));
                document.put("challenger", challenger.map(ModelVersion::version).orElse(null));
                var list = document.putArray("versions");
                for (ModelVersion version : state.versions(model)) {
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
                            version.runId().substring(0, Math.min(12, version.runId().length()))));
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
            return YES;
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

    /** What promotion and rollback share. */
    abstract static class Change extends KeelsonCommand {
        @Parameters(index = "0", paramLabel = "MODEL", description = "Its name.")
        String model = "";

        @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for the audit trail; asked for on a terminal.")
        @Nullable String reason;

        /** The reason given, or the answer to a question; without a terminal a missing one is an error. */
        String reason(Session session) {
            String given = reason;
            if (given == null && session.terminal().in() && session.terminal().err()) {
                session.err().print("Why? ");
                session.err().flush();
                try {
                    given = new BufferedReader(new InputStreamReader(session.in(), Charset.defaultCharset())).readLine();
                } catch (IOException e) {
                    throw new KeelsonException(ErrorCode.USAGE, "The answer cannot be read.", "Maybe use --reason.", e);
                }
            }
            if (given == null || given.isBlank()) {
                throw new KeelsonException(
                        ErrorCode.USAGE,
                        "A reason is needed: it stays in the audit trail.",
                        "Maybe add --reason \"...\".");
            }
            return given.strip();
        }

        static String actor(Session session) {
            String user = session.environment().getOrDefault("USER", "");
            return user.isBlank() ? "command line" : user;
        }

        void tell(Session session, ModelVersion version) {
            session.console().line("%s serves now.".formatted(version.label()));
            session.console().document(Catalogued.version(version));
        }
    }

    /** {@code keelson models promote}. */
    @Command(name = "promote", description = "Let a version serve; exit code 1 when that is refused.")
    static final class Promote extends Change {
        @Parameters(index = "1", paramLabel = "VERSION", description = "Its number: 3 or v3.")
        String version = "";

        @Override
        int run(Session session) {
            Project project = session.project();
            Projects.model(project, model);
            int number = number();
            String why = reason(session);
            try (LiveProject live = LiveProject.open(project, session.clock())) {
                tell(session, live.promote(model, number, actor(session), why));
            }
            return YES;
        }

        private int number() {
            String digits = version.toLowerCase(Locale.ROOT).startsWith("v") ? version.substring(1) : version;
            if (!digits.matches("[0-9]{1,9}")) {
                throw new KeelsonException(
                        ErrorCode.USAGE, "The version (%s) is no number such as 3 or v3.".formatted(version), null);
            }
            return Integer.parseInt(Objects.requireNonNull(digits));
        }
    }

    /** {@code keelson models rollback}. */
    @Command(name = "rollback", description = "Let the version serve again that served before the champion.")
    static final class Rollback extends Change {
        @Override
        int run(Session session) {
            Project project = session.project();
            Projects.model(project, model);
            String why = reason(session);
            try (LiveProject live = LiveProject.open(project, session.clock())) {
                tell(session, live.rollback(model, actor(session), why));
            }
            return YES;
        }
    }
}
