package dev.keelson.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.registry.tracking.ArtifactPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * What the Java client of MLflow starts Python for: {@code bin/keelson-mlflow-python} hands its calls to these commands. They
 * talk to whatever server {@code MLFLOW_TRACKING_URI} names, and need no project.
 */
@Command(
        name = "mlflow-artifacts",
        hidden = true,
        description = "Move files for the Java client of MLflow.",
        subcommands = {
            MlflowArtifactsCommand.LogArtifact.class,
            MlflowArtifactsCommand.LogArtifacts.class,
            MlflowArtifactsCommand.Listing.class,
            MlflowArtifactsCommand.Fetch.class
        })
final class MlflowArtifactsCommand extends CommandGroup {

    /** A command that asks a server. */
    abstract static class Asking extends KeelsonCommand {
        @Override
        final int run(Session session) throws IOException {
            try (ArtifactClient client = ArtifactClient.of(session.environment())) {
                try {
                    ask(session, client);
                } catch (java.net.ConnectException | java.net.http.HttpTimeoutException e) {
                    throw client.unreachable(e);
                }
            }
            return YES;
        }

        abstract void ask(Session session, ArtifactClient client) throws IOException;

        static ArtifactPath folder(ArtifactPath root, @Nullable String path) {
            return path == null || path.isEmpty() ? root : root.resolve(path);
        }
    }

    /** Sends a file. */
    @Command(name = "log-artifact", description = "Send a file to a run.")
    static final class LogArtifact extends Asking {
        @Option(names = {"--local-file", "-l"}, required = true, paramLabel = "FILE", description = "The file.")
        String file = "";

        @Option(names = {"--run-id", "-r"}, required = true, paramLabel = "RUN", description = "Its run.")
        String run = "";

        @Option(names = {"--artifact-path", "-a"}, paramLabel = "PATH", description = "The folder of the run.")
        @Nullable String path;

        @Override
        void ask(Session session, ArtifactClient client) throws IOException {
            Path local = session.path(file);
            if (!Files.isRegularFile(local)) {
                throw absent(file);
            }
            client.upload(local, folder(client.root(run), path).resolve(local.getFileName().toString()));
            session.console().note("Logged %s to the run %s.".formatted(file, run));
        }
    }

    /** Sends a folder. */
    @Command(name = "log-artifacts", description = "Send what is in a folder to a run.")
    static final class LogArtifacts extends Asking {
        @Option(names = {"--local-dir", "-l"}, required = true, paramLabel = "DIR", description = "The folder.")
        String directory = "";

        @Option(names = {"--run-id", "-r"}, required = true, paramLabel = "RUN", description = "Its run.")
        String run = "";

        @Option(names = {"--artifact-path", "-a"}, paramLabel = "PATH", description = "The folder of the run.")
        @Nullable String path;

        @Override
        void ask(Session session, ArtifactClient client) throws IOException {
            Path local = session.path(directory);
            if (!Files.isDirectory(local)) {
                throw absent(directory);
            }
            ArtifactPath root = folder(client.root(run), path);
            List<Path> files;
            try (Stream<Path> walk = Files.walk(local)) {
                files = walk.filter(Files::isRegularFile).sorted().toList();
            }
            for (Path file : files) {
                client.upload(file, root.resolve(local.relativize(file).toString().replace(java.io.File.separatorChar, '/')));
            }
            session.console().note("Logged %d files of %s to the run %s.".formatted(files.size(), directory, run));
        }
    }

    /** Lists a folder. */
    @Command(name = "list", description = "List a folder of a run as JSON.")
    static final class Listing extends Asking {
        @Option(names = {"--run-id", "-r"}, required = true, paramLabel = "RUN", description = "The run.")
        String run = "";

        @Option(names = {"--artifact-path", "-a"}, paramLabel = "PATH", description = "The folder of the run.")
        @Nullable String path;

        @Override
        void ask(Session session, ArtifactClient client) {
            ArrayNode list = JsonNodeFactory.instance.arrayNode();
            for (ArtifactClient.Listed each : client.list(run, path == null || path.isEmpty() ? null : path)) {
                ObjectNode node = list.addObject().put("path", each.path()).put("is_dir", each.bytes() == null);
                if (each.bytes() != null) {
                    node.put("file_size", each.bytes());
                }
            }
            session.console().line(list.toString());
        }
    }

    /** Fetches a file or a folder. */
    @Command(name = "download", description = "Fetch a file or folder; the last line tells where it is.")
    static final class Fetch extends Asking {
        @Option(names = {"--run-id", "-r"}, paramLabel = "RUN", description = "The run.")
        @Nullable String run;

        @Option(names = {"--artifact-path", "-a"}, paramLabel = "PATH", description = "The file or folder of the run.")
        @Nullable String path;

        @Option(names = {"--artifact-uri", "-u"}, paramLabel = "URI", description = "An address instead.")
        @Nullable String uri;

        @Option(names = {"--dst-path", "-d"}, paramLabel = "DIR", description = "Where to (default: a new folder).")
        @Nullable String destination;

        @Override
        void ask(Session session, ArtifactClient client) throws IOException {
            if ((run == null) == (uri == null)) {
                throw new KeelsonException(
                        ErrorCode.USAGE, "Expected one of --run-id and --artifact-uri.", null);
            }
            ArtifactPath source = uri != null ? client.address(uri) : folder(client.root(String.valueOf(run)), path);
            Path folder = destination == null
                    ? Files.createTempDirectory("keelson-artifacts-")
                    : Files.createDirectories(session.path(destination));
            boolean whole = uri != null || path == null || path.isEmpty();
            String prefix = whole ? "" : path + "/";
            List<String> files = client.walk(source);
            if (files.isEmpty()) {
                Path target = Download.place(folder, whole ? source.name() : String.valueOf(path));
                if (client.download(source, target)) {
                    session.console().line(target.toAbsolutePath().toString());
                    return;
                }
                if (uri != null || !whole) {
                    throw new KeelsonException(
                            ErrorCode.NOT_FOUND,
                            "There are no files at (%s).".formatted(uri == null ? path : uri),
                            "Maybe nothing was logged there yet.");
                }
            }
            for (String file : files) {
                if (!client.download(source.resolve(file), Download.place(folder, prefix + file))) {
                    throw new KeelsonException(
                            ErrorCode.NOT_FOUND, "The file (%s) was removed meanwhile.".formatted(file), null);
                }
            }
            Path result = whole ? folder : folder.resolve(String.valueOf(path));
            session.console().line(result.toAbsolutePath().toString());
        }
    }

    private static KeelsonException absent(String what) {
        return new KeelsonException(ErrorCode.USAGE, "There is no (%s).".formatted(what), "Maybe its name is misspelt.");
    }
}
