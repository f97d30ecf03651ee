package dev.keelson.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.wiring.Demo;
import java.nio.file.Path;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
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

    @Option(
            names = "--port",
            paramLabel = "N",
            defaultValue = "8710",
            description = "Port of the console; 0 takes a free one (default: 8710).")
    int port = 8710;

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
                    new Demo.Request(target, data == null ? null : session.path(data), from),
                    console::note,
                    (done, of, at) -> progress.at(done, of, at.toString().substring(0, 10)));
        }
        double seconds = Texts.seconds(start);
        console.note("data:     %,d rows loaded, %,d in quarantine; version %s"
                .formatted(
                        result.replay().rowsLoaded(),
                        result.replay().rowsQuarantined(),
                        result.replay().datasetVersion().substring(0, 12)));
        ReplayCommand.show(session, result.replay());
        ObjectNode document = result.toJson();
        document.put("seconds", seconds);
        console.document(document);
        console.note("""
                Done in %s s. The project is %s. Next:
                  keelson -C %s status          what serves, and how it does
                  keelson -C %s models list     its versions
                  keelson -C %s drift report    the latest check, column by column
                  keelson -C %s serve           the console"""
                .formatted(seconds, folder, folder, folder, folder, folder));
        return noServe ? YES : ServeCommand.serve(session, result.project(), "127.0.0.1", port, !console.json());
    }
}
