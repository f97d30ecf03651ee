package dev.keelson.wiring;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Problem;
import dev.keelson.error.Suggestion;
import dev.keelson.http.ModelImport;
import dev.keelson.learn.EnsembleModel;
import dev.keelson.learn.Model;
import dev.keelson.learn.ModelBundle;
import dev.keelson.learn.Task;
import dev.keelson.learn.imported.FileEngine;
import dev.keelson.learn.imported.FileEvaluator;
import dev.keelson.learn.imported.FileFormat;
import dev.keelson.learn.imported.FileLink;
import dev.keelson.learn.imported.ImportHeader;
import dev.keelson.learn.imported.ImportedCodec;
import dev.keelson.learn.imported.ImportedModel;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Fits a file of another product to a model of the project and verifies what it predicts. */
final class ModelImporter {
    private static final long MOST_BYTES = 256L << 20;
    private static final int WORST_SHOWN = 5;
    private static final String VALUE = "value";
    private static final String GUIDE = "docs/guide/import-models.md";

    private final List<String> features;
    private final Set<String> texts;
    private final Task task;
    private final ModelImport request;

    /**
     * A file that was verified.
     *
     * @param worst largest difference from an expected prediction; null when nothing was expected
     * @param samples the first of the rows that it was verified on, in the order of the model's features
     */
    record Verified(
            ModelBundle bundle,
            FileFormat format,
            String holds,
            int rows,
            @Nullable Double worst,
            List<double[]> samples) {}

    /** A prediction that differs from the expected one. */
    private record Difference(int row, String output, double expected, double told, double size) {}

    private ModelImporter(List<String> features, Set<String> texts, Task task, ModelImport request) {
        this.features = features;
        this.texts = texts;
        this.task = task;
        this.request = request;
    }

    /**
     * Fits and verifies a file whose features are all quantities.
     *
     * @see #verify(List, Set, Task, ModelImport)
     */
    static Verified verify(List<String> features, Task task, ModelImport request) {
        return verify(features, Set.of(), task, request);
    }

    /**
     * Fits and verifies.
     *
     * @param features the model's features, in order
     * @param texts those of them that are texts
     * @throws KeelsonException BAD_REQUEST saying what the file holds and what does not fit; NATIVE_LIBRARY_MISSING
     */
    static Verified verify(List<String> features, Set<String> texts, Task task, ModelImport request) {
        return new ModelImporter(features, texts, task, request).verify();
    }

    private Verified verify() {
        if (request.file().length > MOST_BYTES) {
            throw refused("The file has %d bytes; at most %d are expected.".formatted(request.file().length, MOST_BYTES), null);
        }
        FileFormat format;
        try {
            format = FileFormat.of(request.fileName(), request.file());
        } catch (IllegalArgumentException e) {
            throw refused(
                    String.valueOf(e.getMessage()),
                    "Maybe export it where it was trained: %s has a script for models of Python.".formatted(GUIDE));
        }
        if (!format.byEngine() && task instanceof Task.Classification && request.classes().isEmpty()) {
            throw refused(
                    "The file (%s) does not name its classes; the model's are %s.".formatted(request.fileName(), task.outputs()),
                    "Maybe name them in the order of the file's numbers 0, 1, ...: --classes %s"
                            .formatted(String.join(",", task.outputs())));
        }
        if (format != FileFormat.ONNX && request.output() != null) {
            throw refused("A file of %s has one output, which has no name.".formatted(format.product()), null);
        }
        try (FileEvaluator file =
                ImportedModel.open(format, request.output(), request.file(), request.classes())) {
            ImportHeader header = new ImportHeader(format, inputs(file), classes(file), request.output(), link(format, file));
            requireTexts(format, file, header.inputs());
            Model model = new ImportedModel(features, task, header, request.file());
            ModelBundle bundle = ModelBundle.of(new EnsembleModel(
                    List.of(new EnsembleModel.Member(format.id(), model)), new double[] {1}, 1));
            model.release(); // what serves is opened when it serves
            return compared(bundle, format, file);
        } catch (IllegalArgumentException e) {
            throw refused("The file (%s) cannot be imported: %s".formatted(request.fileName(), e.getMessage()), null);
        }
    }

    private static KeelsonException refused(String why, @Nullable String hint) {
        return new KeelsonException(ErrorCode.BAD_REQUEST, why, hint);
    }

    /** What is asked for, or what the file says of itself where nothing is. */
    private FileLink link(FileFormat format, FileEvaluator file) {
        boolean classes = task instanceof Task.Classification;
        if (file.link() != FileLink.NONE && !classes) {
            throw refused(
                    "The file predicts classes; the model predicts a number.",
                    "Maybe it is another model's: the file %s.".formatted(file.description()));
        }
        FileLink link = request.link() == FileLink.NONE ? file.link() : request.link();
        if (format == FileFormat.CATBOOST && classes && link == FileLink.NONE) {
            throw refused(
                    "The file tells scores and not of which loss; the model predicts classes.",
                    "Maybe say what makes them probabilities: --link logistic of one score, --link softmax of several. The file %s."
                            .formatted(file.description()));
        }
        return link;
    }

    /** A text is the number of its category, and no quantity. */
    private void requireTexts(FileFormat format, FileEvaluator file, List<String> inputs) {
        List<String> wrong = new ArrayList<>();
        for (int i = 0; i < inputs.size(); i++) {
            if (texts.contains(inputs.get(i)) && !file.categories().contains(i)) {
                wrong.add(inputs.get(i));
            }
        }
        if (!wrong.isEmpty()) {
            throw refused(
                    "The features %s are texts; the file reads a number for each.".formatted(FileEngine.shown(wrong)),
                    format == FileFormat.CATBOOST
                            ? "Maybe they were no categories where it was trained: the file %s.".formatted(file.description())
                            : "Maybe make them numbers by expressions, as where it was trained; .cbm of CatBoost alone reads texts.");
        }
    }

    /** For each number that the file reads, the feature that it is. */
    private List<String> inputs(FileEvaluator file) {
        List<String> names = file.inputs();
        List<String> given = request.inputs();
        if (!given.isEmpty()) {
            boolean named = given.stream().anyMatch(each -> each.contains("="));
            List<String> mapped = named ? byName(names, given) : given;
            requireFeatures(file, mapped);
            return mapped;
        }
        if (!names.isEmpty()) {
            requireFeatures(file, names);
            return names;
        }
        if (file.width() != 0 && file.width() != features.size()) {
            throw refused(
                    "The file reads %d numbers; the model has %d features: %s."
                            .formatted(file.width(), features.size(), FileEngine.shown(features)),
                    "Maybe it was trained on other features.");
        }
        if (request.expected() == null) {
            throw refused(
                    "The file does not name its %s columns, and there are no expected predictions that would show a wrong order."
                            .formatted(file.width() == 0 ? "" : file.width()),
                    "Maybe name the features in the order of its columns: --inputs %s; or give --expected."
                            .formatted(String.join(",", features)));
        }
        return features;
    }

    private static List<String> byName(List<String> names, List<String> given) {
        Map<String, String> features = new LinkedHashMap<>();
        for (String pair : given) {
            int at = pair.indexOf('=');
            if (at < 1) {
                throw refused("The input (%s) is not NAME=FEATURE, as others are.".formatted(pair), null);
            }
            String name = pair.substring(0, at);
            if (!names.contains(name)) {
                throw refused(
                        names.isEmpty()
                                ? "The file has no input of the name (%s): it does not name its columns.".formatted(name)
                                : "The file has no input of the name (%s); it has %s."
                                        .formatted(name, FileEngine.shown(names)),
                        names.isEmpty()
                                ? "Maybe name the features alone, in the order of its columns."
                                : Suggestion.sentence(name, names).orElse(null));
            }
            features.put(name, pair.substring(at + 1));
        }
        return names.stream().map(name -> features.getOrDefault(name, name)).toList();
    }

    private void requireFeatures(FileEvaluator file, List<String> mapped) {
        List<String> unknown =
                mapped.stream().filter(name -> !features.contains(name)).toList();
        List<String> missing =
                features.stream().filter(name -> !mapped.contains(name)).toList();
        boolean twice = new HashSet<>(mapped).size() != mapped.size();
        if (unknown.isEmpty() && missing.isEmpty() && !twice && (file.width() == 0 || file.width() == mapped.size())) {
            return;
        }
        StringBuilder why = new StringBuilder("The inputs of the file are not the features of the model.");
        if (!unknown.isEmpty()) {
            why.append(" No feature is named ").append(FileEngine.shown(unknown)).append('.');
        }
        if (!missing.isEmpty()) {
            why.append(" No input is the feature ").append(FileEngine.shown(missing)).append('.');
        }
        if (twice) {
            why.append(" A feature is named twice.");
        }
        if (file.width() != 0 && file.width() != mapped.size()) {
            why.append(" The file reads %d numbers.".formatted(file.width()));
        }
        throw refused(why.toString(), "Maybe say which is which: --inputs NAME=FEATURE,... The file %s."
                .formatted(file.description()));
    }

    /** For each number that the file tells, the class that it stands for. */
    private List<String> classes(FileEvaluator file) {
        if (!(task instanceof Task.Classification classification)) {
            if (!request.classes().isEmpty()) {
                throw refused("The model predicts a number; it has no classes.", null);
            }
            return List.of();
        }
        List<String> wanted = classification.classes();
        List<String> told = request.classes().isEmpty() ? file.labels() : request.classes();
        if (told.size() == wanted.size() && new HashSet<>(told).equals(new HashSet<>(wanted))) {
            return told;
        }
        String found = file.labels().isEmpty()
                ? "does not name its classes"
                : "tells the classes %s".formatted(FileEngine.shown(file.labels()));
        throw refused(
                "The file %s; the model's are %s.%s"
                        .formatted(
                                found,
                                wanted,
                                request.classes().isEmpty() ? "" : " Given were %s.".formatted(request.classes())),
                "Maybe name the model's classes in the order in which the file tells them: --classes %s"
                        .formatted(String.join(",", wanted)));
    }

    private Verified compared(ModelBundle bundle, FileFormat format, FileEvaluator file) {
        Model model = bundle.load(List.of(new ImportedCodec())); // as it is going to serve
        try {
            return compared(bundle, format, file, model);
        } finally {
            model.release();
        }
    }

    private Verified compared(ModelBundle bundle, FileFormat format, FileEvaluator file, Model model) {
        ImportedRows samples = ImportedRows.read("sample rows", request.samples(), categories(file));
        int[] columns = columns(samples, model, file);
        double[][] told = new double[samples.rows().size()][model.outputs().size()];
        double[] row = new double[columns.length];
        List<double[]> shown = new ArrayList<>();
        for (int i = 0; i < told.length; i++) {
            for (int j = 0; j < row.length; j++) {
                row[j] = samples.rows().get(i)[columns[j]];
            }
            if (i < ModelSignature.ROWS) {
                shown.add(row.clone());
            }
            try {
                model.predict(row, told[i]);
            } catch (KeelsonException e) {
                Problem problem = e.problems().getFirst();
                throw unpredictable(i, problem.message(), problem.hint(), file, e);
            } catch (IllegalArgumentException e) {
                throw unpredictable(i, String.valueOf(e.getMessage()), null, file, e);
            }
        }
        Double worst = request.expected() == null ? null : worst(told, request.expected());
        return new Verified(bundle, format, file.description(), told.length, worst, shown);
    }

    /** Names of the columns of samples that are categories: the features, and as the file names them. */
    private Set<String> categories(FileEvaluator file) {
        List<String> mapped = inputs(file);
        Set<String> names = new HashSet<>();
        for (int i : file.categories()) {
            names.add(mapped.get(i));
            if (!file.inputs().isEmpty() && !features.contains(file.inputs().get(i))) {
                names.add(file.inputs().get(i));
            }
        }
        return names;
    }

    private static KeelsonException unpredictable(
            int row, String why, @Nullable String hint, FileEvaluator file, Exception cause) {
        return new KeelsonException(
                ErrorCode.BAD_REQUEST,
                "The sample row %d cannot be predicted. %s The file %s.".formatted(row + 1, why, file.description()),
                hint == null ? "Nothing was registered." : hint + " Nothing was registered.",
                cause);
    }

    /** Where each feature is among the columns of the samples: by its own name, or by the name of the file's input. */
    private int[] columns(ImportedRows samples, Model model, FileEvaluator file) {
        List<String> names = file.inputs();
        List<String> mapped = names.isEmpty() ? List.of() : inputs(file);
        int[] columns = new int[features.size()];
        List<String> missing = new ArrayList<>();
        for (int j = 0; j < columns.length; j++) {
            String feature = model.features().get(j);
            int at = samples.columns().indexOf(feature);
            if (at < 0 && mapped.contains(feature)) {
                at = samples.columns().indexOf(names.get(mapped.indexOf(feature)));
            }
            if (at < 0) {
                missing.add(feature);
            }
            columns[j] = at;
        }
        if (!missing.isEmpty()) {
            throw refused(
                    "The sample rows have no column for the features %s; they have %s."
                            .formatted(FileEngine.shown(missing), FileEngine.shown(samples.columns())),
                    "Maybe name the columns as the features are.");
        }
        return columns;
    }

    private double worst(double[][] told, String text) {
        ImportedRows expected = ImportedRows.read("expected predictions", text, Set.of());
        List<String> outputs = task.outputs();
        if (expected.rows().size() != told.length) {
            throw refused(
                    "There are %d sample rows and %d expected predictions; as many are expected."
                            .formatted(told.length, expected.rows().size()),
                    null);
        }
        int[] columns = outputs.stream().mapToInt(expected.columns()::indexOf).toArray();
        if (task instanceof Task.Regression && columns[0] < 0 && expected.columns().size() == 1) {
            columns[0] = 0;
        }
        for (int c = 0; c < columns.length; c++) {
            if (columns[c] < 0) {
                throw refused(
                        "The expected predictions have no column %s; they have %s."
                                .formatted(outputs.get(c), expected.columns()),
                        task instanceof Task.Classification
                                ? "Maybe name the columns as the classes are."
                                : "Maybe name the column %s.".formatted(VALUE));
            }
        }
        List<Difference> differences = new ArrayList<>();
        double worst = 0;
        for (int i = 0; i < told.length; i++) {
            for (int c = 0; c < columns.length; c++) {
                double wanted = expected.rows().get(i)[columns[c]];
                double size = Math.abs(told[i][c] - wanted) / Math.max(1, Math.abs(wanted));
                if (size <= request.tolerance()) {
                    worst = Math.max(worst, size);
                } else {
                    differences.add(new Difference(
                            i + 1, outputs.get(c), wanted, told[i][c], Double.isNaN(size) ? Double.MAX_VALUE : size));
                }
            }
        }
        if (!differences.isEmpty()) {
            throw different(differences, told.length);
        }
        return worst;
    }

    private KeelsonException different(List<Difference> differences, int rows) {
        differences.sort(Comparator.comparingDouble(Difference::size).reversed().thenComparingInt(Difference::row));
        long wrong = differences.stream().mapToInt(Difference::row).distinct().count();
        StringBuilder message = new StringBuilder("%d of %d sample rows are predicted otherwise than expected (tolerance %s). The worst:"
                .formatted(wrong, rows, request.tolerance()));
        for (Difference each : differences.subList(0, Math.min(WORST_SHOWN, differences.size()))) {
            message.append(String.format(
                    Locale.ROOT,
                    "%n  row %d, %s: expected %.9g, told %.9g",
                    each.row(),
                    each.output(),
                    each.expected(),
                    each.told()));
        }
        return refused(
                Objects.requireNonNull(message.toString()),
                "Nothing was registered. Maybe the order of the inputs or of the classes is another: --inputs, --classes.");
    }
}
