package dev.keelson.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.data.ColumnStatistics;
import dev.keelson.data.DatasetDifference;
import dev.keelson.data.DatasetGarbage;
import dev.keelson.data.DatasetVersion;
import dev.keelson.http.DatasetDetails;
import dev.keelson.wiring.Datasets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The verbs of {@code keelson data} about one version or several. */
final class DataVersionsCommand {
    private DataVersionsCommand() {}

    /** What all of them share. */
    abstract static class OfSource extends KeelsonCommand {
        @Option(
                names = "--source",
                paramLabel = "SOURCE",
                description = "Of which source, or `view.NAME` of a view of a query (default: the one of the models).")
        @Nullable String source;
    }

    /** {@code keelson data show}. */
    @Command(name = "show", description = "Describe a version: columns with statistics, tags, and the loads that made it.")
    static final class Show extends OfSource {
        @Parameters(
                arity = "0..1",
                paramLabel = "VERSION",
                defaultValue = "latest",
                description = "Id, a unique beginning of it, a tag, or `latest` (default).")
        String version = "latest";

        @Option(names = "--as-of", paramLabel = "TIME", description = "The version that was the latest then.")
        @Nullable String asOf;

        @Override
        int run(Session session) {
            String at = asOf;
            var project = session.project();
            DatasetDetails details = Datasets.look(project, session.clock(), data -> data.details(
                    at == null ? data.version(source, version) : data.versionAt(source, Moments.of("--as-of", at, project.zone()))));
            DatasetVersion found = details.version();
            Console console = session.console();
            console.note("%s of %s: %s from %s to %s, made %s%s%s"
                    .formatted(
                            found.shortId(),
                            found.source(),
                            Texts.count(found.rows(), "row"),
                            found.firstEvent(),
                            found.lastEvent(),
                            found.createdAt(),
                            details.latest() ? ", the latest" : "",
                            details.tags().isEmpty() ? "" : ", tagged " + String.join(", ", details.tags())));
            List<List<String>> rows = new ArrayList<>();
            for (ColumnStatistics column : details.statistics()) {
                rows.add(List.of(
                        column.column(),
                        column.type().name().toLowerCase(Locale.ROOT),
                        Texts.missing(column.missing(), column.rows()),
                        Long.toString(column.distinct()),
                        Texts.orEmpty(column.least()),
                        Texts.orEmpty(column.greatest()),
                        Double.isNaN(column.mean()) ? "" : Texts.number(column.mean()),
                        Double.isNaN(column.std()) ? "" : Texts.number(column.std())));
            }
            console.table(List.of("COLUMN", "TYPE", "MISSING", "DISTINCT", "MIN", "MAX", "MEAN", "STD"), rows);
            console.document(details.toJson());
            return YES;
        }
    }

    /** {@code keelson data diff}. */
    @Command(
            name = "diff",
            description = "Compare two versions: rows added, removed and changed, columns, statistics; exit code 1 when they differ.")
    static final class Diff extends OfSource {
        @Parameters(index = "0", paramLabel = "BEFORE", description = "Id, a unique beginning of it, or a tag.")
        String before = "";

        @Parameters(
                index = "1",
                arity = "0..1",
                paramLabel = "AFTER",
                defaultValue = "latest",
                description = "Likewise, or `latest` (default).")
        String after = "latest";

        @Override
        int run(Session session) {
            DatasetDifference difference = Datasets.look(
                    session.project(), session.clock(), data -> data.difference(source, before, after));
            Console console = session.console();
            console.note(
                    difference.same()
                            ? "Both are version %s: nothing to compare.".formatted(difference.after().shortId())
                            : "%s -> %s: %s added, %s removed, %s changed."
                                    .formatted(
                                            difference.before().shortId(),
                                            difference.after().shortId(),
                                            difference.added(),
                                            difference.removed(),
                                            difference.changed()));
            difference.columnChanges().forEach(change -> console.note("column " + change));
            List<List<String>> rows = new ArrayList<>();
            for (DatasetDifference.Example example : difference.examples()) {
                List<String> cells = new ArrayList<>();
                example.cells()
                        .forEach((column, texts) ->
                                cells.add("%s: %s -> %s".formatted(column, texts.getFirst(), texts.getLast())));
                rows.add(List.of(
                        example.kind().name().toLowerCase(Locale.ROOT), example.key(), String.join(", ", cells)));
            }
            console.table(List.of("ROW", "KEY", "CELLS"), rows);
            console.document(difference.toJson());
            return difference.same() ? YES : NO;
        }
    }

    /** {@code keelson data tag}. */
    @Command(name = "tag", description = "Name a version; a name that another version has moves.")
    static final class Tag extends OfSource {
        @Parameters(index = "0", paramLabel = "TAG", description = "A name, such as `season-2020`.")
        String tag = "";

        @Parameters(
                index = "1",
                arity = "0..1",
                paramLabel = "VERSION",
                defaultValue = "latest",
                description = "Id, a unique beginning of it, a tag, or `latest` (default).")
        String version = "latest";

        @Override
        int run(Session session) {
            DatasetVersion tagged =
                    Datasets.change(session.project(), session.clock(), data -> data.tag(source, version, tag));
            session.console().line("%s is %s.".formatted(tag, tagged.shortId()));
            session.console().document(DatasetDetails.summary(tagged).put("tag", tag));
            return YES;
        }
    }

    /** {@code keelson data untag}. */
    @Command(name = "untag", description = "Take a name away from its version.")
    static final class Untag extends OfSource {
        @Parameters(paramLabel = "TAG", description = "The name.")
        String tag = "";

        @Override
        int run(Session session) {
            String removed = Datasets.change(session.project(), session.clock(), data -> {
                data.untag(source, tag);
                return tag;
            });
            session.console().line("%s names no version any more.".formatted(removed));
            session.console().document(Catalogued.object().put("tag", removed).put("removed", true));
            return YES;
        }
    }

    /** {@code keelson data tags}. */
    @Command(name = "tags", description = "List the names of versions.")
    static final class Tags extends OfSource {
        @Override
        int run(Session session) {
            Map<String, String> tags = Datasets.look(session.project(), session.clock(), data -> data.tags(source));
            ObjectNode document = Catalogued.object();
            ObjectNode list = document.putObject("tags");
            tags.forEach(list::put);
            session.console()
                    .table(
                            List.of("TAG", "VERSION"),
                            tags.entrySet().stream()
                                    .map(tag -> List.of(tag.getKey(), tag.getValue()))
                                    .toList());
            session.console().document(document);
            return YES;
        }
    }

    /** {@code keelson data gc}. */
    @Command(
            name = "gc",
            description =
                    "Say which versions, also of views of queries, nothing names (no run, replay, report or tag; not the latest), or"
                            + " remove them with --yes.")
    static final class Collect extends DataCommand.OfSourceOrAll {
        @Option(names = "--yes", description = "Remove them; without it nothing is removed.")
        boolean yes;

        @Override
        int run(Session session) {
            DatasetGarbage garbage = Datasets.change(
                    session.project(), session.clock(), data -> data.collect(source, !yes));
            session.console()
                    .table(
                            List.of("VERSION"),
                            garbage.versions().stream().map(List::of).toList());
            session.console()
                    .note(String.format(
                            Locale.ROOT,
                            "%s%s in %s, %,d bytes.%s",
                            yes ? "Removed " : "Would remove ",
                            Texts.count(garbage.versions().size(), "version"),
                            Texts.count(garbage.files(), "file"),
                            garbage.bytes(),
                            yes ? "" : " Add --yes to do it."));
            session.console().document(garbage.toJson(yes));
            return YES;
        }
    }
}
