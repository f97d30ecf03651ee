package dev.keelson.http.server;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Problem;
import dev.keelson.http.Backend;
import dev.keelson.http.CsvRows;
import dev.keelson.http.InputRow;
import dev.keelson.http.JsonRows;
import dev.keelson.http.PredictMeter;
import dev.keelson.http.PredictOptions;
import dev.keelson.http.PredictSignature;
import dev.keelson.http.Prediction;
import dev.keelson.http.PredictionCsv;
import dev.keelson.http.PredictionJson;
import dev.keelson.http.RowAnswers;
import dev.keelson.http.mlflow.FileTransfer;
import io.helidon.http.HeaderNames;
import io.helidon.http.Method;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /api/v1/models/{name}/predict} with rows as CSV, lines of JSON or Parquet. Each row stands for itself: those that
 * are wrong are told in their place, and the others are predicted and logged as they come, some hundred at a time, so that there
 * may be any number of them.
 */
final class PredictBodies {
    private static final String CSV = "text/csv";
    private static final String LINES = "application/x-ndjson";
    private static final String PARQUET = "application/vnd.apache.parquet";
    private static final Set<String> TYPES = Set.of(CSV, LINES, "application/jsonl", PARQUET);
    /** The types that are read, as they are told. */
    static final String TAKEN = "application/json, %s, %s or %s".formatted(CSV, LINES, PARQUET);
    private static final long MAX_PARQUET_BYTES = 256L << 20;
    /** Answers to rows as Parquet, until all are there. */
    private static final String ANSWERS = "answers";

    private static final int MOST_REFUSED = 10_000;
    private static final String PREFIX = "/api/v1/models/";

    private final Backend backend;
    private final PredictMeter meter;

    PredictBodies(Backend backend, PredictMeter meter) {
        this.backend = backend;
        this.meter = meter;
    }

    /** Whether the body of a request is read as a stream, whatever its length. */
    static boolean streams(RoutingRequest request) {
        String path = request.path().path();
        return request.prologue().method().equals(Method.POST)
                && path.startsWith(PREFIX)
                && path.endsWith("/predict")
                && TYPES.contains(media(request.headers().value(HeaderNames.CONTENT_TYPE).orElse("")));
    }

    /** Whether this answers a request; else its body is a JSON document. */
    static boolean takes(ServerRequest request) {
        String type = request.headers().value(HeaderNames.CONTENT_TYPE).orElse(Json.MEDIA_TYPE);
        return !type.equals(Json.MEDIA_TYPE) && TYPES.contains(media(type));
    }

    private static String media(String type) {
        return type.replaceFirst(";.*", "").strip().toLowerCase(Locale.ROOT);
    }

    /** Where answers go. */
    private interface Sink {
        void row(RowAnswers.Answer answer) throws IOException;

        /** What is there so far is passed on. */
        void flush() throws IOException;

        /** The rows ended early. */
        void broken(KeelsonException failure) throws IOException;

        void end() throws IOException;
    }

    /** Answers a request. */
    void answer(ServerRequest request, ServerResponse response, String model) {
        String type = media(request.headers().value(HeaderNames.CONTENT_TYPE).orElse(""));
        boolean lines = !type.equals(CSV) && !type.equals(PARQUET);
        String form = form(request, lines);
        PredictOptions options = options(request);
        if (!options.details().isEmpty() && (form.equals(CSV) || form.equals(PARQUET))) {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST,
                    "Details were asked for, which do not stand in %s.".formatted(form),
                    "Maybe accept %s or %s.".formatted(LINES, Json.MEDIA_TYPE));
        }
        if (!request.content().hasEntity()) {
            throw new KeelsonException(ErrorCode.BAD_REQUEST, "The body is empty; expected rows.", null);
        }
        if (type.equals(PARQUET) && request.headers().contentLength().orElse(0) > MAX_PARQUET_BYTES) {
            FileTransfer.refused(request, response);
            throw tooLarge();
        }
        PredictSignature signature = backend.signature(model, options.version());
        if (signature.notReady() != null) {
            throw new KeelsonException(ErrorCode.NOT_READY, signature.notReady(), "Maybe run `keelson run`.");
        }
        Path folder = null;
        try {
            if (type.equals(PARQUET) || form.equals(PARQUET)) {
                folder = Files.createTempDirectory("keelson-predict-");
            }
            Out out = new Out(response, form, signature, folder, type.equals(PARQUET));
            Answering answering = new Answering(new RowAnswers(backend::predict, model, options), out, model);
            try (InputStream body = request.content().inputStream()) {
                if (lines) {
                    lines(body, answering);
                } else if (folder != null && type.equals(PARQUET)) {
                    parquet(body, folder, signature, answering);
                } else {
                    csv(body, signature, answering);
                }
                answering.end();
            } catch (KeelsonException e) {
                if (!out.isOpen()) {
                    throw e;
                }
                out.sink().broken(e); // the head of the answer is gone: what is left of the rows is read and forgotten
            }
            out.send();
        } catch (IOException e) {
            throw new UncheckedIOException("The rows could not be read, or their answers not be written.", e);
        } finally {
            delete(folder);
        }
    }

    private static void lines(InputStream body, Answering answering) throws IOException {
        try (JsonRows rows = new JsonRows(body)) {
            for (List<InputRow> next = rows.next(RowAnswers.BATCH); !next.isEmpty(); next = rows.next(RowAnswers.BATCH)) {
                next.forEach(answering::add);
                answering.flush(); // whoever waits for the answer to a line has it
            }
        }
    }

    private static void csv(InputStream body, PredictSignature signature, Answering answering) throws IOException {
        try (CsvRows rows = new CsvRows(body, signature, false)) {
            for (InputRow row = rows.next(); row != null; row = rows.next()) {
                answering.add(row);
            }
        }
    }

    private void parquet(InputStream body, Path folder, PredictSignature signature, Answering answering)
            throws IOException {
        Path file = folder.resolve("rows.parquet");
        try (OutputStream to = Files.newOutputStream(file)) {
            byte[] buffer = new byte[1 << 16];
            long size = 0;
            for (int read = body.read(buffer); read >= 0; read = body.read(buffer)) {
                size += read;
                if (size > MAX_PARQUET_BYTES) {
                    throw tooLarge();
                }
                to.write(buffer, 0, read);
            }
        }
        backend.parquet().read(file, signature, answering::add);
    }

    private static KeelsonException tooLarge() {
        return new KeelsonException(
                ErrorCode.TOO_LARGE,
                "The Parquet file is larger than %d MiB.".formatted(MAX_PARQUET_BYTES >> 20),
                "Maybe send its rows in several files.");
    }

    private static void delete(@Nullable Path folder) {
        if (folder == null) {
            return;
        }
        try {
            for (String name : List.of("rows.parquet", ANSWERS, "answers.csv", "answers.parquet")) {
                Files.deleteIfExists(folder.resolve(name));
            }
            Files.delete(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("The folder (%s) could not be deleted.".formatted(folder), e);
        }
    }

    /** The first form that is accepted and known. */
    private static String form(ServerRequest request, boolean lines) {
        String accepted = request.headers().value(HeaderNames.ACCEPT).orElse("*/*");
        for (String each : accepted.split(",", -1)) {
            String media = media(each);
            switch (media) {
                case CSV, LINES, PARQUET, Json.MEDIA_TYPE -> {
                    return media;
                }
                case "application/jsonl" -> {
                    return LINES;
                }
                case "*/*", "application/*" -> {
                    return lines ? LINES : Json.MEDIA_TYPE;
                }
                case "text/*" -> {
                    return CSV;
                }
                default -> {} // another one may be known
            }
        }
        throw new HttpFailure(
                406,
                Problem.of(
                        ErrorCode.BAD_REQUEST,
                        "The form (%s) is not known; expected %s, %s, %s or %s."
                                .formatted(accepted, Json.MEDIA_TYPE, CSV, LINES, PARQUET),
                        null));
    }

    private PredictOptions options(ServerRequest request) {
        Parameters parameters = new Parameters(request);
        Set<PredictOptions.Detail> details = EnumSet.noneOf(PredictOptions.Detail.class);
        for (String list : parameters.texts("details")) {
            for (String each : list.split(",", -1)) {
                switch (each.strip()) {
                    case "features" -> details.add(PredictOptions.Detail.FEATURES);
                    case "contributions" -> details.add(PredictOptions.Detail.CONTRIBUTIONS);
                    case "interval" -> details.add(PredictOptions.Detail.INTERVAL);
                    default -> parameters.wrong("details", each, "features, contributions or interval");
                }
            }
        }
        Boolean durable = parameters.flag("durable");
        PredictOptions options = new PredictOptions(
                Boolean.TRUE.equals(durable),
                parameters.instant("as_of", backend.project().zone()),
                parameters.text("version"),
                details,
                parameters.text("client"),
                null);
        parameters.check();
        return options;
    }

    /** Rows on their way to their answers. */
    private final class Answering {
        private final long most = backend.project().serve().limits().rows();
        private final RowAnswers answers;
        private final Out out;
        private final String model;
        private final List<InputRow> waiting = new ArrayList<>();
        private long taken;

        Answering(RowAnswers answers, Out out, String model) {
            this.answers = answers;
            this.out = out;
            this.model = model;
        }

        void add(InputRow row) {
            if (most > 0 && ++taken > most) {
                send(); // those before are answered
                throw new KeelsonException(
                        ErrorCode.TOO_LARGE,
                        "There are more than %d rows, as many as one stream may have.".formatted(most),
                        "Maybe send the rest in another request; `serve.limits.rows` says how many one may have.");
            }
            waiting.add(row);
            if (waiting.size() >= RowAnswers.BATCH) {
                send();
            }
        }

        private void send() {
            if (waiting.isEmpty()) {
                return;
            }
            long start = System.nanoTime();
            try {
                List<RowAnswers.Answer> batch = answers.answer(waiting);
                waiting.clear();
                List<Prediction> predicted = new ArrayList<>(batch.size());
                for (RowAnswers.Answer each : batch) {
                    out.sink().row(each);
                    if (each.prediction() == null) {
                        meter.predictionFailed(model, each.problems().getFirst().code());
                    } else {
                        predicted.add(each.prediction());
                    }
                }
                if (!predicted.isEmpty()) {
                    meter.predicted(model, predicted, System.nanoTime() - start);
                }
            } catch (IOException e) {
                throw new UncheckedIOException("The answers could not be written.", e);
            }
        }

        void flush() throws IOException {
            send();
            out.sink().flush();
        }

        void end() throws IOException {
            send();
            if (!out.isOpen()) {
                throw new KeelsonException(
                        ErrorCode.BAD_REQUEST, "There are no rows; expected at least one.", null);
            }
            out.sink().end();
        }
    }

    /**
     * The answer, begun when its first row is there: until then a failure is told as such. Answers to rows as Parquet lie in a file
     * until all rows are read: whoever is slow to take them keeps no reader of Parquet, of which there are few.
     */
    private final class Out {
        private final ServerResponse response;
        private final String form;
        private final PredictSignature signature;
        private final @Nullable Path folder;
        private final boolean kept;
        private @Nullable Sink sink;

        Out(ServerResponse response, String form, PredictSignature signature, @Nullable Path folder, boolean kept) {
            this.kept = kept && !form.equals(PARQUET);
            this.response = response;
            this.form = form;
            this.signature = signature;
            this.folder = folder;
        }

        boolean isOpen() {
            return sink != null;
        }

        Sink sink() throws IOException {
            Sink open = sink;
            if (open == null) {
                response.header(HeaderNames.CONTENT_TYPE, form);
                response.header(HeaderNames.CACHE_CONTROL, "no-store");
                open = switch (form) {
                    case CSV -> new CsvSink(new PredictionCsv(signature.outputs()), stream());
                    case PARQUET -> new ParquetSink(
                            new PredictionCsv(signature.outputs()), Objects.requireNonNull(folder), response);
                    case LINES -> new LineSink(stream());
                    default -> new JsonSink(stream());
                };
                sink = open;
            }
            return open;
        }

        private OutputStream stream() throws IOException {
            return kept ? Files.newOutputStream(answers()) : response.outputStream();
        }

        private Path answers() {
            return Objects.requireNonNull(folder, "rows as Parquet have a folder").resolve(ANSWERS);
        }

        /** Passes on what was kept. */
        void send() throws IOException {
            if (kept) {
                try (OutputStream to = response.outputStream()) {
                    Files.copy(answers(), to);
                }
            }
        }
    }

    private static ObjectNode numbered(InputRow row, Prediction prediction) {
        ObjectNode json = Json.object().put("row", row.number());
        json.setAll(PredictionJson.of(prediction));
        return json;
    }

    private static ObjectNode failed(KeelsonException failure) {
        ObjectNode json = Json.object();
        PredictionJson.errors(json, failure.problems());
        return json;
    }

    /** A line of JSON for each row, and one more when the rows ended early. */
    private record LineSink(OutputStream to) implements Sink {
        LineSink(OutputStream to) {
            this.to = new BufferedOutputStream(to, 1 << 15);
        }

        @Override
        public void row(RowAnswers.Answer answer) throws IOException {
            write(
                    answer.prediction() == null
                            ? PredictionJson.refused(answer.row(), answer.problems())
                            : numbered(answer.row(), answer.prediction()));
        }

        private void write(JsonNode node) throws IOException {
            to.write(node.toString().getBytes(StandardCharsets.UTF_8));
            to.write('\n');
        }

        @Override
        public void flush() throws IOException {
            to.flush();
        }

        @Override
        public void broken(KeelsonException failure) throws IOException {
            write(failed(failure));
            to.close();
        }

        @Override
        public void end() throws IOException {
            to.close();
        }
    }

    /** {@code {"predictions": [...], "refused": [...]}}. */
    private static final class JsonSink implements Sink {
        private final JsonGenerator json;
        private final List<ObjectNode> refused = new ArrayList<>();
        private long refusals;

        JsonSink(OutputStream to) throws IOException {
            json = Json.FACTORY.createGenerator(to);
            json.setCodec(Json.MAPPER);
            json.writeStartObject();
            json.writeArrayFieldStart("predictions");
        }

        @Override
        public void row(RowAnswers.Answer answer) throws IOException {
            if (answer.prediction() != null) {
                json.writeTree(numbered(answer.row(), answer.prediction()));
                return;
            }
            refusals++;
            if (refused.size() < MOST_REFUSED) {
                refused.add(PredictionJson.refused(answer.row(), answer.problems()));
            }
        }

        @Override
        public void flush() {
            // a document is of use as a whole
        }

        @Override
        public void broken(KeelsonException failure) throws IOException {
            close(failure);
        }

        @Override
        public void end() throws IOException {
            close(null);
        }

        private void close(@Nullable KeelsonException failure) throws IOException {
            json.writeEndArray();
            json.writeNumberField("refused_rows", refusals);
            json.writeArrayFieldStart("refused");
            for (ObjectNode each : refused) {
                json.writeTree(each);
            }
            json.writeEndArray();
            if (failure != null) {
                json.writeFieldName("errors");
                json.writeTree(failed(failure).path("errors"));
            }
            json.writeEndObject();
            json.close();
        }
    }

    /** A line of CSV for each row, and one more when the rows ended early. */
    private record CsvSink(PredictionCsv csv, OutputStream to) implements Sink {
        CsvSink(PredictionCsv csv, OutputStream to) {
            this.csv = csv;
            this.to = new BufferedOutputStream(to, 1 << 15);
            try {
                write(csv.header());
            } catch (IOException e) {
                throw new UncheckedIOException("The answers could not be written.", e);
            }
        }

        private void write(String line) throws IOException {
            to.write(line.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public void row(RowAnswers.Answer answer) throws IOException {
            write(csv.line(answer));
        }

        @Override
        public void flush() throws IOException {
            to.flush();
        }

        @Override
        public void broken(KeelsonException failure) throws IOException {
            InputRow none = new InputRow(0, 0, Map.of(), null);
            write(csv.line(new RowAnswers.Answer(none, null, failure.problems())));
            to.close();
        }

        @Override
        public void end() throws IOException {
            to.close();
        }
    }

    /** A file that is made when all rows are there. */
    private final class ParquetSink implements Sink {
        private final PredictionCsv csv;
        private final Path folder;
        private final ServerResponse response;
        private final CsvSink lines;

        ParquetSink(PredictionCsv csv, Path folder, ServerResponse response) throws IOException {
            this.csv = csv;
            this.folder = folder;
            this.response = response;
            this.lines = new CsvSink(csv, Files.newOutputStream(folder.resolve("answers.csv")));
        }

        @Override
        public void row(RowAnswers.Answer answer) throws IOException {
            lines.row(answer);
        }

        @Override
        public void flush() {
            // a file is of use as a whole
        }

        @Override
        public void broken(KeelsonException failure) throws IOException {
            lines.broken(failure);
            send();
        }

        @Override
        public void end() throws IOException {
            lines.end();
            send();
        }

        private void send() throws IOException {
            Path file = folder.resolve("answers.parquet");
            backend.parquet().write(folder.resolve("answers.csv"), csv.columns(), file);
            response.contentLength(Files.size(file));
            try (OutputStream to = response.outputStream()) {
                Files.copy(file, to);
            }
        }
    }
}
