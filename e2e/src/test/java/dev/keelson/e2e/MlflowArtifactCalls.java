package dev.keelson.e2e;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.mlflow.api.proto.Service.FileInfo;
import org.mlflow.tracking.MlflowClient;
import org.mlflow.tracking.MlflowClientException;

/**
 * A program that moves files with MLflow's Java client: a process of its own, as the client finds what moves them by an
 * environment variable. It prints what came of it.
 */
final class MlflowArtifactCalls {
    private MlflowArtifactCalls() {}

    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[1]);
        Path file = Files.writeString(folder.resolve("who wins.txt"), "Größe, 世界\n");
        Path model = Files.createDirectories(folder.resolve("model"));
        Files.writeString(model.resolve("MLmodel"), "flavors: {}\n");
        Files.createDirectories(model.resolve("data"));
        Files.write(model.resolve("data/weights.bin"), new byte[3_000_000]);
        try (MlflowClient client = new MlflowClient(arguments[0])) {
            String run = client.createRun().getRunId();
            client.logArtifact(run, file.toFile());
            client.logArtifact(run, file.toFile(), "notes/first");
            client.logArtifacts(run, model.toFile(), "model");
            print("root", names(client.listArtifacts(run)));
            print("model", names(client.listArtifacts(run, "model")));
            print("file", content(client.downloadArtifacts(run, "notes/first/who wins.txt")));
            print("folder", content(client.downloadArtifacts(run, "model")));
            print("all", content(client.downloadArtifacts(run)));
            String source = client.getRun(run).getInfo().getArtifactUri() + "/model";
            client.sendPost("registered-models/create", "{\"name\": \"files\"}");
            client.sendPost(
                    "model-versions/create",
                    "{\"name\": \"files\", \"source\": \"%s\", \"run_id\": \"%s\"}".formatted(source, run));
            print("version", content(client.downloadModelVersion("files", "1")));
            client.sendPost(
                    "model-versions/transition-stage",
                    "{\"name\": \"files\", \"version\": \"1\", \"stage\": \"Production\"}");
            print("production", content(client.downloadLatestModelVersion("files", "Production")));
            refused("climbing", () -> client.logArtifact(run, file.toFile(), "../up"));
            refused("missing", () -> client.downloadArtifacts(run, "nothing"));
            refused("no version", () -> client.downloadModelVersion("files", "7"));
        }
    }

    private static void refused(String what, Runnable call) {
        try {
            call.run();
            print(what, "done");
        } catch (MlflowClientException e) {
            print(what, "refused");
        }
    }

    private static void print(String what, Object result) {
        System.out.println(what + ": " + result);
    }

    private static List<String> names(List<FileInfo> files) {
        return files.stream()
                .map(each -> each.getPath() + (each.getIsDir() ? "/" : " " + each.getFileSize()))
                .sorted()
                .toList();
    }

    /** Bytes by path below what was downloaded. */
    private static Map<String, Long> content(File downloaded) throws IOException {
        Map<String, Long> sizes = new TreeMap<>();
        Path root = downloaded.toPath();
        try (Stream<Path> walk = Files.walk(root)) {
            for (Path each : walk.filter(Files::isRegularFile).toList()) {
                Path name = root.equals(each) ? each.getFileName() : root.relativize(each);
                sizes.put(name.toString().replace(File.separatorChar, '/'), Files.size(each));
            }
        }
        return sizes;
    }
}
