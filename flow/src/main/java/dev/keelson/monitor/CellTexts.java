package dev.keelson.monitor;

/** Cells as categories are called: a whole number without a decimal point. */
final class CellTexts {
    private CellTexts() {}

    static String of(Object cell) {
        return cell instanceof Double number && number == Math.rint(number) && Math.abs(number) < 1e15
                ? Long.toString(Math.round(number))
                : cell.toString();
    }
}
