package dev.keelson.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.data.CheckResult;
import dev.keelson.data.DatasetVersion;
import dev.keelson.data.InferredSource;
import dev.keelson.data.LoadReport;
import dev.keelson.data.QuarantinedRow;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.DatasetDetails;
import dev.keelson.project.Project;
import dev.keelson.wiring.Datasets;
import dev.keelson.wiring.ProjectDatasets;
import dev.keelson.wiring.ProjectDatasets.ListedVersion;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code keelson data}. */
@Command(
        name = "data",
        description = "Bring data in, name it, prove it unaltered.",
        subcommands = {
            DataCommand.Load.class,
            DataCommand.Loads.class,
            DataCommand.Infer.class,
            DataCheckCommand.Check.class,
            DataCheckCommand.Checks.class,
            DataReviewCommand.class,
            DataCommand.Versions.class,
            DataVersionsCommand.Show.class,
            DataVersionsCommand.Diff.class,
            DataVersionsCommand.Tag.class,
            DataVersionsCommand.Untag.class,
            DataVersionsCommand.Tags.class,
            DataVersionsCommand.Collect.class,
            DataCommand.Verify.class,
            DataCommand.Quarantine.class
        })
final class DataCommand extends CommandGroup {
    private static final int SHOWN = 10;

    /** What commands about all sources share, that can be asked about one. */
    abstract static class OfSourceOrAll extends KeelsonCommand {
        @Option(names = "--source", paramLabel = "SOURCE", description = "Of which source (default: all).")
        @Nullable String source;
    }

    /** Says on standard error which rows were set aside, the first of them with their reasons; of which source where there are several. */
    static void tellQuarantined(Session session, LoadReport load, boolean several) {
        List<QuarantinedRow> rows = load.quarantined();
        if (rows.isEmpty()) {
            return;
        }
        Console console = session.console();
        console.note("%s set aside, of %,d read%s:"
                .formatted(
                        Texts.count(rows.size(), "row"),
                        load.read(),
                        several ? " from `" + load.source() + "`" : ""));
        rows.stream().limit(SHOWN).forEach(row -> console.note("  " + told(session, row).replace("\n", "\n    ")));
        if (rows.size() > SHOWN) {
            console.note("  ... and %s; `keelson data quarantine` lists all."
                    .formatted(Texts.count(rows.size() - SHOWN, "more row")));
        }
    }

    private static String told(Session session, QuarantinedRow row) {
        return session.place(row.location()) + ": " + row.reason() + (row.hint() == null ? "" : "\n" + row.hint());
    }

    /** {@code keelson data load}. */
    @Command(
            name = "load",
            description = "Load every source, or one; rows that are there already are not loaded again.")
    static final class Load extends KeelsonCommand {
        @Parameters(arity = "0..1", paramLabel = "SOURCE", description = "Which source (default: all, in the order of the project file).")
        @Nullable String source;

        @Override
        int run(Session session) {
            Project project = session.validated();
            List<LoadReport> loads = Datasets.change(project, session.clock(), data -> data.load(source));
            Console console = session.console();
            List<List<String>> rows = new ArrayList<>();
            loads.forEach(load -> rows.addAll(rows(load, loads.size() > 1 ? load.source() + "." : "")));
            console.table(List.of("WHAT", "VALUE"), rows);
            loads.forEach(load -> {
                tellQuarantined(session, load, loads.size() > 1);
                notes(console, load, project.sources().size() > 1 ? " --source " + load.source() : "");
            });
            console.document(loads.size() == 1 ? loads.getFirst().toJson() : json(loads));
            return YES;
        }

        private static List<List<String>> rows(LoadReport load, String prefix) {
            DatasetVersion version = load.version();
            List<List<String>> rows = new ArrayList<>();
            rows.add(List.of(prefix + "read", Long.toString(load.read())));
            if (load.pushed() > 0) {
                rows.add(List.of(prefix + "of_them_pushed", Long.toString(load.pushed())));
            }
            rows.add(List.of(prefix + "loaded", Long.toString(load.loaded())));
            rows.add(List.of(prefix + "updated", Long.toString(load.updated())));
            if (load.deleted() + load.superseded() > 0) {
                rows.add(List.of(prefix + "deleted", Long.toString(load.deleted())));
                rows.add(List.of(prefix + "superseded", Long.toString(load.superseded())));
            }
            rows.add(List.of(prefix + "unchanged", Long.toString(load.unchanged())));
            rows.add(List.of(prefix + "quarantined", Integer.toString(load.quarantined().size())));
            rows.add(List.of(prefix + "dataset_version", version == null ? "" : version.id()));
            return rows;
        }

        /** @param option what names the source of a load to other commands, where it is needed */
        private static void notes(Console console, LoadReport load, String option) {
            LoadReport.Anew anew = load.anew();
            if (anew != null) {
                console.note("%s was %s.%s"
                        .formatted(
                                load.source(),
                                anew.text(),
                                anew.kept() == 0
                                        ? ""
                                        : " %s kept that the source does not have.".formatted(Texts.count(anew.kept(), "row"))));
            }
            if (!load.marked().isEmpty()) {
                console.note("%s marked; `keelson data review list%s` shows them."
                        .formatted(Texts.count(load.marked().size(), "row"), option));
            }
            load.nulled().forEach((column, count) ->
                    console.note("%s of `%s` broke a rule and were made missing."
                            .formatted(Texts.count(count, "cell"), column)));
            for (CheckResult check : load.warnings()) {
                console.note("warning: `%s` does not hold: %s."
                        .formatted(check.condition(), check.failure()));
            }
        }

        private static ObjectNode json(List<LoadReport> loads) {
            ObjectNode node = JsonNodeFactory.instance.objectNode();
            node.put("changed", loads.stream().anyMatch(LoadReport::changed));
            var list = node.putArray("sources");
            loads.forEach(load -> list.add(load.toJson()));
            return node;
        }
    }

    /** {@code keelson data loads}. */
    @Command(name = "loads", description = "List the loads, newest first.")
    static final class Loads extends OfSourceOrAll {
        @Option(names = "--limit", paramLabel = "N", description = "How many at most (default: ${DEFAULT-VALUE}).")
        int limit = 50;

        @Override
        int run(Session session) {
            Limits.check(limit);
            List<ProjectDatasets.PastLoad> loads = ProjectDatasets.loads(session.project(), source, limit);
            ObjectNode document = JsonNodeFactory.instance.objectNode();
            var list = document.putArray("loads");
            List<List<String>> rows = new ArrayList<>();
            for (ProjectDatasets.PastLoad load : loads) {
                JsonNode report = load.report();
                rows.add(List.of(
                        load.at().toString(),
                        load.source(),
                        report.path("from").asText(),
                        report.path("read").asText(),
                        report.path("loaded").asText(),
                        report.path("updated").asText(),
                        report.path("deleted").asText(),
                        report.path("quarantined").asText(),
                        load.outcome() + (report.has("made_anew") ? ", made anew: " + report.path("made_anew").asText() : ""),
                        report.path("dataset_version").asText(),
                        report.path("millis").asText()));
                ObjectNode node = list.addObject();
                node.put("at", load.at().toString());
                node.put("source", load.source());
                node.put("outcome", load.outcome());
                report.properties().forEach(field -> node.set(field.getKey(), field.getValue()));
            }
            session.console()
                    .table(
                            List.of(
                                    "AT", "SOURCE", "FROM", "READ", "LOADED", "UPDATED", "DELETED", "QUARANTINED", "OUTCOME",
                                    "VERSION", "MILLIS"),
                            rows);
            session.console().document(document);
            if (loads.isEmpty()) {
                session.console().note("No data has been loaded yet; `keelson data load` loads it.");
            }
            return YES;
        }
    }

    /** {@code keelson data infer}. */
    @Command(
            name = "infer",
            description = "Look at a file and write the block that declares it as a source, with the evidence.")
    static final class Infer extends KeelsonCommand {
        private static final long QUICK_NANOS = 1_000_000_000; // what takes no longer shows no progress

        @Parameters(paramLabel = "FILE", description = "A file, a folder, or a pattern in quotes.")
        String file = "";

        @Option(names = "--name", paramLabel = "NAME", description = "Name of the source (default: that of the file).")
        @Nullable String name;

        @Override
        int run(Session session) {
            ProgressLine progress = session.progress("infer");
            long start = System.nanoTime();
            InferredSource inferred = ProjectDatasets.infer(
                    session.path(".").toAbsolutePath().normalize(),
                    file,
                    name(),
                    (done, of) -> {
                        if (System.nanoTime() - start > QUICK_NANOS) {
                            progress.part(done, of, file, null);
                        }
                    });
            inferred.yaml().lines().forEach(session.console()::line);
            session.console().document(inferred.toJson());
            if (!inferred.complete()) {
                session.console().note("The block is not complete; its comments say what is missing.");
            }
            return YES;
        }

        /** The name given, or the file's name as far as it is one. */
        private String name() {
            if (name != null) {
                return name;
            }
            String last = file.substring(file.lastIndexOf('/') + 1);
            String stem = last.replaceAll("\\..*$", "").replaceAll("[^A-Za-z0-9_]+", "_").replaceAll("^[^A-Za-z]+|_+$", "");
            return stem.isEmpty() ? "rows" : stem;
        }
    }

    /** {@code keelson data versions}. */
    @Command(name = "versions", description = "List the versions of the datasets, newest first; `*` marks the one that is read now.")
    static final class Versions extends KeelsonCommand {
        @Option(
                names = "--source",
                paramLabel = "SOURCE",
                description = "Of which source, or `view.NAME` of a view of a query (default: all sources).")
        @Nullable String source;

        @Override
        int run(Session session) {
            List<ListedVersion> versions = ProjectDatasets.versions(session.project(), source).reversed().stream()
                    .sorted(Comparator.comparing((ListedVersion each) -> each.version().createdAt()).reversed())
                    .toList();
            ObjectNode document = JsonNodeFactory.instance.objectNode();
            var list = document.putArray("versions");
            List<List<String>> rows = new ArrayList<>();
            for (ListedVersion listed : versions) {
                DatasetVersion version = listed.version();
                rows.add(List.of(
                        session.console().terminal() ? version.shortId() : version.id(),
                        version.source(),
                        Long.toString(version.rows()),
                        version.firstEvent().toString(),
                        version.lastEvent().toString(),
                        version.createdAt().toString(),
                        listed.latest() ? "*" : ""));
                list.add(DatasetDetails.summary(version).put("latest", listed.latest()));
            }
            session.console()
                    .table(List.of("VERSION", "SOURCE", "ROWS", "FIRST EVENT", "LAST EVENT", "CREATED", "LATEST"), rows);
            session.console().document(document);
            if (versions.isEmpty()) {
                session.console()
                        .note(
                                source != null && source.startsWith("view.")
                                        ? "Its rows have not been computed yet; `keelson features materialize` does it."
                                        : "No data has been loaded yet; `keelson data load` loads it.");
            }
            return YES;
        }
    }

    /** {@code keelson data verify}. */
    @Command(
            name = "verify",
            description = "Read a version again and compare it with its digests; exit code 1 when a file is missing or was altered.")
    static final class Verify extends DataVersionsCommand.OfSource {
        @Parameters(arity = "0..1", paramLabel = "VERSION", description = "Id or its beginning, or a tag (default: the latest).")
        @Nullable String id;

        @Override
        int run(Session session) {
            String wanted = id;
            DatasetVersion version;
            try {
                version = wanted == null || wanted.matches("[0-9a-f]+")
                        ? ProjectDatasets.verify(session.project(), source, wanted)
                        : Datasets.look(session.project(), session.clock(), data -> data.verify(source, wanted));
            } catch (KeelsonException e) {
                if (e.code() != ErrorCode.DATASET_TAMPERED) {
                    throw e;
                }
                new Failures(session).report(e);
                return NO;
            }
            session.console()
                    .line("%s is unaltered: %s in %s."
                            .formatted(
                                    version.shortId(),
                                    Texts.count(version.rows(), "row"),
                                    Texts.count(version.partitions().size(), "month")));
            session.console()
                    .document(JsonNodeFactory.instance
                            .objectNode()
                            .put("version", version.id())
                            .put("rows", version.rows())
                            .put("unaltered", true));
            return YES;
        }
    }

    /** {@code keelson data quarantine}. */
    @Command(name = "quarantine", description = "List the rows that the latest load set aside, with the reasons; also of a load that was blocked.")
    static final class Quarantine extends OfSourceOrAll {
        @Override
        int run(Session session) {
            Optional<ProjectDatasets.Quarantine> load = ProjectDatasets.quarantine(session.project(), source);
            List<QuarantinedRow> quarantined = load.map(ProjectDatasets.Quarantine::rows).orElse(List.of());
            boolean blocked = load.map(ProjectDatasets.Quarantine::blocked).orElse(false);
            ObjectNode document = JsonNodeFactory.instance.objectNode();
            document.put("loaded_at", load.map(each -> each.at().toString()).orElse(null));
            document.put("blocked", blocked);
            var list = document.putArray("quarantined");
            List<List<String>> rows = new ArrayList<>();
            for (QuarantinedRow row : quarantined) {
                rows.add(List.of(
                        row.location().toString(),
                        row.code().code(),
                        Texts.orEmpty(row.columnName()),
                        Texts.orEmpty(row.rawValue()),
                        row.reason()));
                list.add(row.toJson());
            }
            session.console().table(List.of("PLACE", "CODE", "COLUMN", "VALUE", "REASON"), rows);
            session.console().document(document);
            if (load.isEmpty()) {
                session.console().note("No data has been loaded yet; `keelson data load` loads it.");
            } else if (blocked) {
                session.console()
                        .note("The latest load (%s) was blocked by a check, so nothing of it was taken; %s."
                                .formatted(
                                        load.get().at(),
                                        quarantined.isEmpty()
                                                ? "no row of it was bad"
                                                : Texts.count(quarantined.size(), "row") + " of it would have been set aside"));
            } else if (quarantined.isEmpty()) {
                session.console().note("The latest load set nothing aside.");
            }
            return YES;
        }
    }
}
