package dev.keelson.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.http.SimulateRequest;
import dev.keelson.monitor.DataChange;
import dev.keelson.monitor.DriftReport;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code keelson drift simulate}. */
@Command(
        name = "simulate",
        description = "Make rows wrong on purpose, to see whether it is noticed; with --check exit code 1 on an alarm.",
        footer = "Too little data to tell is exit code 0 with a sentence on standard error; 2 with --require-evidence.")
final class DriftSimulate extends KeelsonCommand {
    @Parameters(
            arity = "0..1",
            paramLabel = "DATA",
            description = "What is changed: a file, champion, served, baseline:ID, a source, a dataset version, with @7d or @FROM..TO for a time"
                    + " of it (default: the champion's training data).")
    @Nullable String data;

    @Option(names = "--model", paramLabel = "NAME", description = "Whose champion and predictions are meant.")
    @Nullable String model;

    @Option(names = "--scale", paramLabel = "COL=FACTOR", description = "Multiply a column; several times.")
    List<String> scale = new ArrayList<>();

    @Option(names = "--swap", paramLabel = "COL:A=B", description = "Exchange two categories; several times.")
    List<String> swap = new ArrayList<>();

    @Option(names = "--shift", paramLabel = "COL=SD", description = "Move a column by so many of its standard deviations; several times.")
    List<String> shift = new ArrayList<>();

    @Option(names = "--drop", paramLabel = "COL", description = "Leave a column out; several times.")
    List<String> drop = new ArrayList<>();

    @Option(names = "--noise", paramLabel = "COL=SD", description = "Add noise of so many of its standard deviations; several times.")
    List<String> noise = new ArrayList<>();

    @Option(names = "--stuck", paramLabel = "COL", description = "Repeat a column's first value that is there for ever; several times.")
    List<String> stuck = new ArrayList<>();

    @Option(names = "--seed", paramLabel = "N", description = "Of the noise (default: 42).")
    long seed = SimulateRequest.SEED;

    @Option(names = "--out", paramLabel = "FILE", description = "Write the changed rows: a new .csv, .csv.gz or .parquet file.")
    @Nullable String out;

    @Option(names = "--check", description = "Judge the changed rows against what they were, or the --reference.")
    boolean check;

    @Option(names = "--reference", paramLabel = "DATA", description = "What the changed rows are judged against.")
    @Nullable String reference;

    @Option(names = "--require-evidence", description = "Exit code 2 when there is too little data to tell.")
    boolean requireEvidence;

    @Mixin
    DriftOptions options = new DriftOptions();

    @Override
    int run(Session session) {
        SimulateRequest request = new SimulateRequest(
                options.request(model, reference, data),
                new DataChange.Texts(scale, shift, noise, swap, drop, stuck),
                seed,
                out,
                check);
        List<@Nullable String> sides = new ArrayList<>();
        sides.add(data);
        if (reference != null) {
            sides.add(reference);
        }
        JsonNode document = DriftTables.with(session, sides, out, check, drift -> drift.simulate(request));
        session.console()
                .note("%s: %s; %d rows, %d columns%s."
                        .formatted(
                                document.path("data").asText(),
                                String.join(", ", texts(document.path("changes"))),
                                document.path("rows").asInt(),
                                document.path("columns").asInt(),
                                document.has("file") ? ", written to " + document.path("file").asText() : ""));
        int code = YES;
        if (document.has("report")) {
            DriftReport report = DriftReport.fromJson(document.path("report").toString());
            DriftTables.show(session, report);
            code = DriftTables.exitCode(session, report, requireEvidence);
        }
        session.console().document(document);
        return code;
    }

    private static List<String> texts(JsonNode list) {
        List<String> texts = new ArrayList<>();
        list.forEach(each -> texts.add(each.asText()));
        return texts;
    }
}
