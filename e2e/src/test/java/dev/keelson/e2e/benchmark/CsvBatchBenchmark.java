package dev.keelson.e2e.benchmark;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.e2e.ondemand.Arguments;
import dev.keelson.e2e.ondemand.Task;
import dev.keelson.http.server.KeelsonServer;
import dev.keelson.wiring.LiveBackend;
import dev.keelson.wiring.RunPipeline;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One request with many rows as CSV, answered as CSV: matches of a league, whose model takes features of both teams from the
 * online store. Server and client in one process, every prediction journaled. Options: {@code --rows} of the request,
 * {@code --rounds} of boosting, {@code --repeats}.
 */
public final class CsvBatchBenchmark implements Task {
    private static final int DIFFERENT = 512;

    @Override
    public ObjectNode run(Arguments arguments) throws Exception {
        int rows = arguments.number("rows", 50_000);
        int repeats = arguments.number("repeats", 3);
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        try (Football football = Football.of(arguments, 1);
                HttpClient client = HttpClient.newHttpClient()) {
            Instant now = football.afterAll();
            InstantSource clock = InstantSource.fixed(now);
            RunPipeline.run(football.project(), clock, line -> {});
            LocalDate tomorrow = now.atZone(football.project().zone()).toLocalDate().plusDays(1);
            Path file = write(football.requests(DIFFERENT, tomorrow), rows);
            String model = football.definition().name();
            node.put("model", model).put("features", football.service().names().size()).put("rows", rows);
            try (LiveBackend backend = LiveBackend.open(football.project(), clock);
                    KeelsonServer server = KeelsonServer.start(backend, KeelsonServer.DEFAULT_HOST, 0)) {
                backend.startIndexing();
                URI address = URI.create(server.url() + "/api/v1/models/" + model + "/predict");
                HttpRequest request = HttpRequest.newBuilder(address)
                        .header("Content-Type", "text/csv")
                        .header("Accept", "text/csv")
                        .POST(HttpRequest.BodyPublishers.ofFile(file))
                        .build();
                long worked = Timing.processor();
                Timing timing = Timing.of(1, repeats, () -> answered(client, request, rows));
                node.put("rows_a_second", timing.rate(rows));
                node.put(
                        "processor_us_a_row",
                        Timing.rounded((Timing.processor() - worked) / 1e3 / rows / (repeats + 1)));
            } finally {
                Files.delete(file);
            }
        }
        return node;
    }

    private static Path write(List<Map<String, @Nullable Object>> requests, int rows) throws IOException {
        TreeSet<String> names = requests.stream().flatMap(each -> each.keySet().stream()).collect(Collectors.toCollection(TreeSet::new));
        List<String> lines = new ArrayList<>(rows + 1);
        lines.add(String.join(",", names));
        for (int i = 0; i < rows; i++) {
            Map<String, @Nullable Object> request = requests.get(i % requests.size());
            lines.add(names.stream()
                    .map(name -> request.get(name) == null ? "" : String.valueOf(request.get(name)))
                    .collect(Collectors.joining(",")));
        }
        return Files.write(Files.createTempFile("keelson-rows-", ".csv"), lines, StandardCharsets.UTF_8);
    }

    /** Asks; every row must be answered. */
    private static long answered(HttpClient client, HttpRequest request, int rows) throws Exception {
        HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
        long lines = response.body().lines().count() - 1;
        if (response.statusCode() != 200 || lines != rows) {
            throw new IOException("The answer was %d with %d rows: %.2000s".formatted(response.statusCode(), lines, response.body()));
        }
        return lines;
    }
}
