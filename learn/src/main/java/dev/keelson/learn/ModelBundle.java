package dev.keelson.learn;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.id.Sha256;
import dev.keelson.learn.calibration.CalibrationMap;
import dev.keelson.learn.calibration.CalibrationParameters;
import dev.keelson.learn.spi.ModelCodec;
import dev.keelson.learn.spi.ModelFiles;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A whole trained model as files: {@code model.json} (names, members, weights, calibration) and the files of each
 * member under {@code members/<position>-<learner>/}; a model that tells quantiles beside its value has another bundle under
 * {@code quantiles/}. The contents are not copied and must not change. Safe for reading
 * by several threads.
 *
 * @param files name (path with {@code /}) to content, sorted by name
 */
public record ModelBundle(SortedMap<String, byte[]> files) {

    /** Checks that the manifest is there. */
    public ModelBundle {
        files = Collections.unmodifiableSortedMap(new TreeMap<>(files));
        if (!files.containsKey(ModelManifest.FILE)) {
            throw damaged("it has no file " + ModelManifest.FILE + " among " + files.keySet(), null);
        }
    }

    /** The files of a model. */
    public static ModelBundle of(EnsembleModel model) {
        return new ModelBundle(new TreeMap<>(model.save()));
    }

    /** The files, in any order. */
    public static ModelBundle of(Map<String, byte[]> files) {
        return new ModelBundle(new TreeMap<>(files));
    }

    /**
     * Loads a model from its files.
     *
     * @param codecs one for each format among the members
     * @throws KeelsonException STORE_DAMAGED if files are absent, damaged or of an unknown format
     */
    public static EnsembleModel load(Map<String, byte[]> files, Collection<? extends ModelCodec> codecs) {
        return of(files).load(codecs);
    }

    /**
     * The model.
     *
     * @param codecs one for each format among the members
     * @throws KeelsonException STORE_DAMAGED if files are absent, damaged or of an unknown format
     */
    public EnsembleModel load(Collection<? extends ModelCodec> codecs) {
        try {
            byte[] manifestFile = files.getOrDefault(ModelManifest.FILE, new byte[0]);
            ModelManifest manifest = ModelManifest.read(manifestFile);
            List<EnsembleModel.Member> members = new ArrayList<>();
            double[] weights = new double[manifest.members().size()];
            for (int m = 0; m < weights.length; m++) {
                ModelManifest.Entry entry = manifest.members().get(m);
                ModelCodec codec = ModelFiles.codec(codecs, entry.format());
                Map<String, byte[]> own = ModelFiles.within(files, EnsembleModel.folder(m, entry.learner()));
                members.add(new EnsembleModel.Member(
                        entry.learner(), codec.load(manifest.features(), manifest.task(), own)));
                weights[m] = entry.weight();
            }
            CalibrationParameters calibration = manifest.calibration();
            SortedMap<String, byte[]> quantiles = ModelFiles.within(files, EnsembleModel.QUANTILES);
            return new EnsembleModel(
                    members,
                    weights,
                    calibration == null ? null : CalibrationMap.of(calibration),
                    manifest.guidance(),
                    quantiles.isEmpty() ? null : load(quantiles, codecs));
        } catch (IllegalArgumentException e) {
            throw damaged(String.valueOf(e.getMessage()), e);
        }
    }

    private static KeelsonException damaged(String why, @Nullable Throwable cause) {
        String message = "The model cannot be loaded: %s".formatted(why);
        String hint = "Maybe its files were changed or written by a newer release.";
        return cause == null
                ? new KeelsonException(ErrorCode.STORE_DAMAGED, message, hint)
                : new KeelsonException(ErrorCode.STORE_DAMAGED, message, hint, cause);
    }

    /** One line {@code <sha256>  <name>} for each file, sorted by name: what {@code sha256sum} prints and checks. */
    public String listing() {
        StringBuilder text = new StringBuilder();
        files.forEach((name, content) ->
                text.append(Sha256.ofBytes(content)).append("  ").append(name).append('\n'));
        return text.toString();
    }

    /** The model's identity: SHA-256 of the {@link #listing} in UTF-8, 64 hexadecimal digits. */
    public String sha256() {
        return Sha256.ofBytes(listing().getBytes(StandardCharsets.UTF_8));
    }

    /** Bytes of all files together. */
    public long size() {
        return files.values().stream().mapToLong(content -> content.length).sum();
    }
}
