package dev.keelson.http;

import dev.keelson.learn.imported.FileLink;
import dev.keelson.registry.ModelVersion;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A model that was trained elsewhere, to become a version.
 *
 * @param fileName name of its file, whose ending tells the format
 * @param file the whole file; not copied
 * @param samples rows on which it is verified, as CSV: a column for each feature
 * @param expected what it told of these rows where it was trained, as CSV: a column for each class, or {@code value};
 *     null to compare with nothing
 * @param inputs features in the order of the file's columns, or {@code NAME=FEATURE} for each; empty to go by name
 * @param classes the model's classes in the order in which the file tells them; empty to go by name
 * @param output name of the file's output wanted; null for the only one
 * @param link from what the file tells to a prediction
 * @param tolerance how far a prediction may be from the expected one, in proportion to the larger of 1 and that
 * @param actor who asks
 * @param reason why, for the audit trail; not blank
 */
public record ModelImport(
        String fileName,
        byte[] file,
        String samples,
        @Nullable String expected,
        List<String> inputs,
        List<String> classes,
        @Nullable String output,
        FileLink link,
        double tolerance,
        String actor,
        String reason) {
    /** The rounding of 32-bit numbers. */
    public static final double TOLERANCE = 1e-5;

    /** Copies the lists and checks the tolerance. */
    public ModelImport {
        inputs = List.copyOf(inputs);
        classes = List.copyOf(classes);
        if (!(tolerance >= 0 && tolerance <= 1)) {
            throw new IllegalArgumentException("The tolerance (%s) must be from 0 to 1.".formatted(tolerance));
        }
    }

    /**
     * What came of it.
     *
     * @param version the new version, which does not serve yet
     * @param format of the file, such as {@code onnx}
     * @param holds what the file holds, in words
     * @param rows rows on which it was verified
     * @param worst largest difference from an expected prediction, as the tolerance counts it; null when nothing was
     *     expected
     */
    public record Outcome(ModelVersion version, String format, String holds, int rows, @Nullable Double worst) {}
}
