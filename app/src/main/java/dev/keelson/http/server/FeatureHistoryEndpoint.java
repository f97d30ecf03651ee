package dev.keelson.http.server;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Problem;
import dev.keelson.features.FeatureStatus;
import dev.keelson.features.JoinSummary.ViewSummary;
import dev.keelson.frame.Frame;
import dev.keelson.http.Backend;
import dev.keelson.http.FeatureHistory;
import dev.keelson.http.FeatureHistory.Question;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /api/v1/features/history}: the values that features had, as {@code keelson features history} writes them. Rows come
 * as JSON or CSV, and go as JSON, CSV or Parquet.
 */
final class FeatureHistoryEndpoint {
    private static final String CSV = "text/csv";
    private static final String PARQUET = "application/vnd.apache.parquet";
    private static final String AS_OF = "as_of";

    private final Backend backend;

    FeatureHistoryEndpoint(Backend backend) {
        this.backend = backend;
    }

    void register(Routes routes) {
        routes.post("/api/v1/features/history", this::history);
    }

    private void history(ServerRequest request, ServerResponse response) {
        String form = form(request);
        Path folder = null;
        try {
            folder = Files.createTempDirectory("keelson-asked-");
            Question question = question(request, folder.resolve("asked.csv"));
            if (form.equals(Json.MEDIA_TYPE)) {
                send(response, backend.history().rows(question));
            } else {
                Path out = folder.resolve(form.equals(CSV) ? "values.csv" : "values.parquet");
                backend.history().write(question, out);
                response.header(HeaderNames.CONTENT_TYPE, form);
                response.header(HeaderNames.CACHE_CONTROL, "no-store");
                response.contentLength(Files.size(out));
                try (OutputStream to = response.outputStream()) {
                    Files.copy(out, to);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The values could not be passed on.", e);
        } finally {
            delete(folder);
        }
    }

    private static void delete(@Nullable Path folder) {
        if (folder == null) {
            return;
        }
        try {
            for (String name : List.of("asked.csv", "values.csv", "values.parquet")) {
                Files.deleteIfExists(folder.resolve(name));
            }
            Files.delete(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("The folder (%s) could not be deleted.".formatted(folder), e);
        }
    }

    /** The first form that is accepted and known. */
    private static String form(ServerRequest request) {
        String accepted = request.headers().value(HeaderNames.ACCEPT).orElse("*/*");
        for (String each : accepted.split(",", -1)) {
            switch (each.replaceFirst(";.*", "").strip().toLowerCase(Locale.ROOT)) {
                case Json.MEDIA_TYPE, "application/*", "*/*" -> {
                    return Json.MEDIA_TYPE;
                }
                case CSV, "text/*" -> {
                    return CSV;
                }
                case PARQUET -> {
                    return PARQUET;
                }
                default -> {} // another one may be known
            }
        }
        throw new HttpFailure(
                406,
                Problem.of(
                        ErrorCode.BAD_REQUEST,
                        "The form (%s) is not known; expected %s, %s or %s.".formatted(accepted, Json.MEDIA_TYPE, CSV, PARQUET),
                        null));
    }

    // ---- the question

    private static Question question(ServerRequest request, Path asked) throws IOException {
        String type = request.headers().value(HeaderNames.CONTENT_TYPE).orElse(Json.MEDIA_TYPE);
        return switch (type.replaceFirst(";.*", "").strip().toLowerCase(Locale.ROOT)) {
            case Json.MEDIA_TYPE, "application/x-www-form-urlencoded" -> ofJson(request, asked); // the latter by curl -d
            case CSV -> ofCsv(request, asked);
            default ->
                throw new HttpFailure(
                        415,
                        Problem.of(
                                ErrorCode.BAD_REQUEST,
                                "Rows of the type (%s) are not understood; expected %s or %s.".formatted(type, Json.MEDIA_TYPE, CSV),
                                null));
        };
    }

    private static Question ofJson(ServerRequest request, Path asked) throws IOException {
        Body body = Body.read(request, Set.of("features", AS_OF, "where", "rows"));
        String asOf = body.text(AS_OF);
        Files.writeString(asked, csv(body.rows("rows")));
        return new Question(
                asked, asOf == null ? AS_OF : asOf, features(body.texts("features")), conditions(body.texts("where")));
    }

    private static Question ofCsv(ServerRequest request, Path asked) throws IOException {
        Parameters parameters = new Parameters(request);
        String asOf = parameters.text(AS_OF);
        List<String> features = new ArrayList<>();
        for (String list : request.query().all("features", List::of)) {
            features.addAll(List.of(list.split(",", -1)));
        }
        Question question = new Question(
                asked,
                asOf == null ? AS_OF : asOf,
                features(features),
                conditions(request.query().all("where", List::of)));
        if (!request.content().hasEntity()) {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST, "The body is empty; expected rows as CSV, the names of the columns first.", null);
        }
        try (InputStream in = request.content().inputStream()) {
            byte[] rows = in.readNBytes((int) KeelsonServer.MAX_BODY_BYTES + 1);
            if (rows.length > KeelsonServer.MAX_BODY_BYTES) { // of a body that does not say its length
                throw new HttpFailure(413, Failures.transport(413));
            }
            Files.write(asked, rows);
        }
        return question;
    }

    private static List<String> features(List<String> features) {
        if (features.isEmpty()) {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST, "There are no features; expected at least one such as view:feature or view:*.", null);
        }
        return features;
    }

    private static Map<String, String> conditions(List<String> texts) {
        Map<String, String> conditions = new LinkedHashMap<>();
        for (String text : texts) {
            int colon = text.indexOf(':');
            if (colon < 1) {
                throw new KeelsonException(
                        ErrorCode.BAD_REQUEST,
                        "The condition (%s) names no view; `view:condition` was expected.".formatted(text),
                        null);
            }
            conditions.put(text.substring(0, colon), text.substring(colon + 1));
        }
        return conditions;
    }

    /** Rows as the file that the command would be given: a missing cell is empty. */
    private static String csv(List<Map<String, @Nullable Object>> rows) {
        Set<String> columns = new LinkedHashSet<>();
        rows.forEach(row -> columns.addAll(row.keySet()));
        if (columns.isEmpty()) {
            throw new KeelsonException(ErrorCode.BAD_REQUEST, "There are no rows with cells; expected at least one.", null);
        }
        StringBuilder text = new StringBuilder(line(new ArrayList<>(columns)));
        for (Map<String, @Nullable Object> row : rows) {
            List<@Nullable Object> cells = new ArrayList<>();
            columns.forEach(column -> cells.add(row.get(column)));
            text.append(line(cells));
        }
        return text.toString();
    }

    private static String line(List<? extends @Nullable Object> cells) {
        return cells.stream()
                .map(cell -> cell == null || cell.equals("") ? "" : "\"" + cell.toString().replace("\"", "\"\"") + "\"")
                .collect(Collectors.joining(",", "", "\n"));
    }

    // ---- the answer

    private static void send(ServerResponse response, FeatureHistory.Answer answer) throws IOException {
        response.header(Json.CONTENT);
        response.header(HeaderNames.CACHE_CONTROL, "no-store");
        Frame rows = answer.rows();
        List<String> names = rows.schema().names();
        try (OutputStream out = response.outputStream();
                JsonGenerator json = Json.FACTORY.createGenerator(out)) {
            json.writeStartObject();
            json.writeArrayFieldStart("rows");
            for (int row = 0; row < rows.rows(); row++) {
                json.writeStartObject();
                for (int column = 0; column < names.size(); column++) {
                    json.writeFieldName(names.get(column));
                    Object value = rows.vector(column).get(row);
                    FeatureEndpoints.write(
                            json, value instanceof Double number && !Double.isFinite(number) ? null : value);
                }
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeFieldName("dataset_versions");
            json.writeRawValue(versions(answer.read()).toString());
            json.writeFieldName("views");
            json.writeRawValue(views(answer.read()).toString());
            json.writeEndObject();
        }
    }

    private static ObjectNode versions(FeatureHistory.Read read) {
        ObjectNode versions = Json.object();
        read.versions().forEach((source, version) -> versions.put(source, version.id()));
        return versions;
    }

    private static ArrayNode views(FeatureHistory.Read read) {
        ArrayNode views = Json.object().putArray("views");
        for (ViewSummary view : read.summary().views()) {
            ObjectNode statuses = views.addObject().put("name", view.name()).putObject("statuses");
            for (FeatureStatus status : FeatureStatus.values()) {
                statuses.put(status.name().toLowerCase(Locale.ROOT), view.statuses().getOrDefault(status, 0L));
            }
        }
        return views;
    }
}
