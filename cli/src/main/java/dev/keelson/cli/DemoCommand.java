package dev.keelson.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.wiring.Demo;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code keelson demo}. */
@Command(
        name = "demo",
        description = "The whole loop on football, replayed week by week; then the console.",
        footer = "The same command goes on where a stopped one ended.")
final class DemoCommand extends KeelsonCommand {
    @Option(
            names = "--dir",
            paramLabel = "DIR",
            defaultValue = "keelson-demo",
            description = "Where the project is made (default: ./keelson-demo).")
    String folder = "keelson-demo";

    @Option(
            names = "--data",
            paramLabel = "FILE",
            description = "Matches as CSV or CSV.gz (default: a simulated league).")
    @Nullable String data;

    @Option(names = "--from", paramLabel = "DATE", description = "First day replayed (default: the last third).")
    @Nullable LocalDate from;

    @Option(names = "--no-serve", description = "End after the summary.")
    boolean noServe;

    @Mixin
    final ServingOptions where = new ServingOptions();

    /** The options that say what is done behind the replay. */
    private List<String> serving() {
        List<String> options = new ArrayList<>();
        if (noServe) {
            options.add("--no-serve");
        }
        options.addAll(where.given());
        return options;
    }

    @Override
    int run(Session session) {
        long start = System.nanoTime();
        Console console = session.console();
        Path target = session.path(folder);
        ProgressLine progress = session.progress("replay");
        Demo.Result result;
        try (Interruption _ = Interruption.saying(
                session, "Interrupted. The same command goes on behind the last finished step.")) {
            result = Demo.run(
                    new Demo.Request(target, data == null ? null : session.path(data), from, serving()),
                    console::note,
                    (done, of, at) -> progress.at(done, of, at.toString()));
        }
        double seconds = Texts.seconds(start);
        console.note("data:     %,d rows loaded, %,d in quarantine; version %s"
                .formatted(
                        result.replay().rowsLoaded(),
                        result.replay().rowsQuarantined(),
                        result.replay().datasetVersion().substring(0, 12)));
        ReplayCommand.show(session, result.replay().toJson(), "serves");
        ObjectNode document = result.toJson();
        document.put("seconds", seconds);
        console.document(document);
        String there = session.shown(target);
        console.note(result.again()
                ? "This demo was done already: nothing was left to do. The project is %s. Next:".formatted(there)
                : "Done in %s s. The project is %s. Next:".formatted(seconds, there));
        console.note("""
                  keelson -C %1$s status          what serves, and how it does
                  keelson -C %1$s models list     its versions
                  keelson -C %1$s drift report    the latest check, column by column
                  keelson -C %1$s serve           the console"""
                .formatted(Texts.quoted(there)).indent(2).stripTrailing());
        return noServe ? YES : ServeCommand.serve(session, result.project(), where, !console.json());
    }
}
