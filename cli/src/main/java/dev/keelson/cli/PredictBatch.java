package dev.keelson.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Problem;
import dev.keelson.http.CsvRows;
import dev.keelson.http.InputRow;
import dev.keelson.http.JsonRows;
import dev.keelson.http.PredictOptions;
import dev.keelson.http.PredictSignature;
import dev.keelson.http.PredictionCsv;
import dev.keelson.http.PredictionJson;
import dev.keelson.http.RowAnswers;
import dev.keelson.wiring.LiveProject;
import dev.keelson.wiring.ParquetBodies;
import java.io.BufferedInputStream;
import java.io.BufferedWriter;
import java.io.Closeable;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * {@code keelson predict MODEL --batch FILE}: answers the rows of a file some hundred at a time, each for itself. Wrong rows go to a
 * file of their own, with their lines and columns. Used once.
 */
final class PredictBatch {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int MOST_TOLD = 10;

    private final Session session;
    private final LiveProject live;
    private final Path file;
    private final @Nullable Path output;
    private final Path rejects;
    private final List<InputRow> waiting = new ArrayList<>();
    private long predicted;
    private long refused;

    /**
     * A batch.
     *
     * @param name of the file with the rows
     * @param output where the answers go; null for standard output
     * @param rejects where wrong rows go; null for beside the file
     */
    PredictBatch(Session session, LiveProject live, String name, @Nullable String output, @Nullable String rejects) {
        this.session = session;
        this.live = live;
        this.file = session.path(name);
        this.output = output == null ? null : session.path(output);
        Path beside = file.getFileName() == null ? file : file.getFileName();
        this.rejects = rejects == null
                ? file.resolveSibling(beside.toString().replaceFirst("\\.[^.]*$", "") + "-rejected.csv")
                : session.path(rejects);
        if (output == null && session.console().json()) {
            throw new KeelsonException(
                    ErrorCode.USAGE,
                    "With --json standard output holds one document, and the answers of --batch need a place.",
                    "Maybe add --output predictions.jsonl.");
        }
    }

    /** Answers all rows; with the exit code. */
    int run(String model, PredictOptions options) throws IOException {
        String ending = ending(file);
        if (!List.of("csv", "parquet", "jsonl", "ndjson").contains(ending)) {
            throw new KeelsonException(
                    ErrorCode.USAGE,
                    "The file (%s) is no .csv, .parquet or .jsonl, as expected.".formatted(session.shown(file)),
                    null);
        }
        if (!Files.isRegularFile(file)) {
            throw new KeelsonException(
                    ErrorCode.SOURCE_NOT_FOUND,
                    "There is no file (%s).".formatted(session.shown(file)),
                    "Maybe the path is relative to another folder.");
        }
        PredictSignature signature = live.signature(model, options.version());
        if (signature.notReady() != null) {
            throw new KeelsonException(ErrorCode.NOT_READY, signature.notReady(), "Maybe run `keelson run`.");
        }
        RowAnswers answers = new RowAnswers(live::predict, model, options);
        ProgressLine progress = session.progress("predict");
        long size = Math.max(1, Files.size(file));
        try (Answers to = answers(signature)) {
            try (Counted in = new Counted(new BufferedInputStream(Files.newInputStream(file), 1 << 16))) {
                switch (ending) {
                    case "csv" -> {
                        try (CsvRows rows = new CsvRows(in, signature, false)) {
                            for (InputRow row = rows.next(); row != null; row = rows.next()) {
                                add(row, answers, to, progress, Math.min(in.count, size - 1), size);
                            }
                        }
                    }
                    case "parquet" -> new ParquetBodies().read(file, signature, row -> add(row, answers, to, progress, 0, size));
                    default -> {
                        try (JsonRows rows = new JsonRows(in)) {
                            for (List<InputRow> next = rows.next(RowAnswers.BATCH);
                                    !next.isEmpty();
                                    next = rows.next(RowAnswers.BATCH)) {
                                for (InputRow row : next) {
                                    add(row, answers, to, progress, Math.min(in.count, size - 1), size);
                                }
                            }
                        }
                    }
                }
            }
            send(answers, to);
            progress.part(size, size, told(), null);
        }
        if (output != null && ending(output).equals("parquet")) {
            Path csv = csvOf(output);
            new ParquetBodies().write(csv, new PredictionCsv(signature.outputs()).columns(), output);
            Files.delete(csv);
        }
        if (predicted + refused == 0) {
            throw new KeelsonException(
                    ErrorCode.BAD_REQUEST,
                    "There are no rows in %s; at least one was expected.".formatted(session.shown(file)),
                    null);
        }
        if (refused > 0) {
            session.console().note("%s set aside, with line and column, in %s."
                    .formatted(Texts.count(refused, "wrong row"), session.shown(rejects)));
        }
        ObjectNode document = Catalogued.object().put("model", model).put("rows", predicted + refused);
        document.put("predicted", predicted).put("refused", refused);
        document.put("output", output == null ? null : session.shown(output));
        document.put("rejects", refused == 0 ? null : session.shown(rejects));
        session.console().document(document);
        return refused == 0 ? KeelsonCommand.YES : KeelsonCommand.NO;
    }

    private String told() {
        return "%,d predicted, %,d refused".formatted(predicted, refused);
    }

    private static String ending(Path file) {
        String name = file.toString();
        return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    }

    private void add(InputRow row, RowAnswers answers, Answers to, ProgressLine progress, long done, long size) {
        waiting.add(row);
        if (waiting.size() >= RowAnswers.BATCH) {
            send(answers, to);
            progress.part(done, size, told(), null);
        }
    }

    private void send(RowAnswers answers, Answers to) {
        if (waiting.isEmpty()) {
            return;
        }
        try {
            for (RowAnswers.Answer each : answers.answer(waiting)) {
                if (each.prediction() != null) {
                    predicted++;
                    to.answered(each);
                } else {
                    refused++;
                    to.refused(each);
                    if (refused <= MOST_TOLD) {
                        each.problems().forEach(problem -> session.console().note(place(each.row()) + PredictionCsv.text(problem)));
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The answers could not be written.", e);
        }
        waiting.clear();
    }

    private static String place(InputRow row) {
        return row.line() > 0 ? "line %d: ".formatted(row.line()) : "row %d: ".formatted(row.number());
    }

    private Answers answers(PredictSignature signature) throws IOException {
        Path to = output;
        if (to == null) {
            return new Answers(
                    new BufferedWriter(new OutputStreamWriter(session.out(), StandardCharsets.UTF_8)),
                    new PredictionCsv(signature.outputs()),
                    rejects);
        }
        return switch (ending(to)) {
            case "csv" -> new Answers(Files.newBufferedWriter(to), new PredictionCsv(signature.outputs()), rejects);
            case "parquet" ->
                new Answers(Files.newBufferedWriter(csvOf(to)), new PredictionCsv(signature.outputs()), rejects);
            case "jsonl", "ndjson" -> new Answers(Files.newBufferedWriter(to), null, rejects);
            default -> throw new KeelsonException(
                    ErrorCode.USAGE,
                    "The file (%s) of --output is no .csv, .jsonl or .parquet, as expected.".formatted(session.shown(to)),
                    null);
        };
    }

    private static Path csvOf(Path parquet) {
        return parquet.resolveSibling(parquet.getFileName() + ".csv");
    }

    /** Counts what was read. */
    private static final class Counted extends FilterInputStream {
        private long count;

        Counted(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            int read = super.read();
            count += read < 0 ? 0 : 1;
            return read;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            int read = super.read(buffer, offset, length);
            count += Math.max(0, read);
            return read;
        }
    }

    /** Where answers and wrong rows are written. */
    private static final class Answers implements Closeable {
        private final Writer to;
        private final @Nullable PredictionCsv csv;
        private final Path rejects;
        private @Nullable Writer rejected;

        /** @param csv how answers become lines; null for JSON */
        Answers(Writer to, @Nullable PredictionCsv csv, Path rejects) throws IOException {
            this.to = to;
            this.csv = csv;
            this.rejects = rejects;
            if (csv != null) {
                to.write(csv.header());
            }
        }

        void answered(RowAnswers.Answer answer) throws IOException {
            if (csv != null) {
                to.write(csv.line(answer));
            } else if (answer.prediction() != null) {
                ObjectNode line = Catalogued.object().put("row", answer.row().number());
                line.setAll(PredictionJson.of(answer.prediction()));
                to.write(line + "\n");
            }
        }

        void refused(RowAnswers.Answer answer) throws IOException {
            Writer open = rejected;
            if (open == null) {
                open = Files.newBufferedWriter(rejects);
                rejected = open;
                open.write(PredictionCsv.line(List.of("row", "line", "column", "problem", "cells")));
            }
            for (Problem problem : answer.problems()) {
                InputRow row = answer.row();
                open.write(PredictionCsv.line(List.of(
                        Long.toString(row.number()),
                        row.line() > 0 ? Long.toString(row.line()) : "",
                        problem.location() == null ? "" : problem.location().toString(),
                        problem.message(),
                        row.cells().isEmpty() ? "" : MAPPER.valueToTree(row.cells()).toString())));
            }
        }

        @Override
        public void close() throws IOException {
            to.flush();
            to.close();
            if (rejected != null) {
                rejected.close();
            }
        }
    }
}
