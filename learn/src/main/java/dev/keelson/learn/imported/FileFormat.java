package dev.keelson.learn.imported;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Formats of model files that can be imported. */
public enum FileFormat {
    /** ONNX, with the operators of {@code ai.onnx} and {@code ai.onnx.ml}. */
    ONNX("onnx", "ONNX"),
    /** XGBoost's own format, as UBJSON or JSON. */
    XGBOOST("ubj", "XGBoost"),
    /** LightGBM's text. */
    LIGHTGBM("txt", "LightGBM"),
    /** CatBoost's own binary format. */
    CATBOOST("cbm", "CatBoost");

    private static final List<String> PICKLES = List.of(".pkl", ".pickle", ".joblib", ".sav", ".pt", ".pth", ".npy", ".npz");
    private static final int PROTOCOL = 0x80;
    private static final int FIRST_PROTOCOL = 2;
    private static final int LAST_PROTOCOL = 5;
    private static final byte[] CATBOOST_START = "CBM1".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] LIGHTGBM_START = "tree\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] LIGHTGBM_START_WINDOWS = "tree\r\n".getBytes(StandardCharsets.US_ASCII);

    private final String extension;
    private final String product;

    FileFormat(String extension, String product) {
        this.extension = extension;
        this.product = product;
    }

    /** The name under which a saved model keeps the file. */
    String file() {
        return "model." + extension;
    }

    /** The name in saved models: {@code onnx}. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether its files are evaluated by an engine that is optional at run time, and may name their classes. */
    public boolean byEngine() {
        return this == ONNX || this == CATBOOST;
    }

    /** The name for people: {@code LightGBM}. */
    public String product() {
        return product;
    }

    /**
     * The format with that {@link #id}.
     *
     * @throws IllegalArgumentException if there is none
     */
    static FileFormat of(String id) {
        for (FileFormat format : values()) {
            if (format.id().equals(id)) {
                return format;
            }
        }
        throw new IllegalArgumentException("The format of the imported file (%s) must be one of %s."
                .formatted(id, Arrays.stream(values()).map(FileFormat::id).toList()));
    }

    /**
     * The format of a file, by its name and its first bytes. Files that could run code when they are opened, such as
     * pickles, are never opened.
     *
     * @throws IllegalArgumentException saying what the file seems to be when it is none of these
     */
    public static FileFormat of(String name, byte[] file) {
        String lower = name.toLowerCase(Locale.ROOT);
        if (PICKLES.stream().anyMatch(lower::endsWith) || pickle(file)) {
            throw new IllegalArgumentException(
                    "The file (%s) is a pickle, or may hold one: opening it could run any code. It was not opened."
                            .formatted(name));
        }
        if (lower.endsWith(".onnx")) {
            return ONNX;
        }
        if (lower.endsWith(".ubj") || lower.endsWith(".json")) {
            return XGBOOST;
        }
        if (lower.endsWith(".txt") && (starts(file, LIGHTGBM_START) || starts(file, LIGHTGBM_START_WINDOWS))) {
            return LIGHTGBM;
        }
        if (lower.endsWith(".cbm") && starts(file, CATBOOST_START)) {
            return CATBOOST;
        }
        throw new IllegalArgumentException(
                "The file (%s) is of no known kind; .onnx, .ubj or .json of XGBoost, .txt of LightGBM, or .cbm of CatBoost is expected."
                        .formatted(name));
    }

    private static boolean pickle(byte[] file) {
        return file.length > 2
                && (file[0] & 0xff) == PROTOCOL
                && file[1] >= FIRST_PROTOCOL
                && file[1] <= LAST_PROTOCOL;
    }

    private static boolean starts(byte[] file, byte[] with) {
        return file.length >= with.length && Arrays.equals(file, 0, with.length, with, 0, with.length);
    }
}
