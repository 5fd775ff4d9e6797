import { answer, api, type Schemas } from "./http";

export type DocumentKind = Schemas["DocumentKind"];

/** What a check says about a document that has not been published yet. */
export type DocumentCheck = Schemas["Plan"];

/** What becomes of a field's values when its kind changes. */
export type ConversionLine = Schemas["ConversionLine"];

/** What is still done for a form's tables; a publish that waits for its values among it. */
export type Work = Schemas["WorkLine"];

/** A draft of a document; what its kind is made of, the designers' models say. */
export interface DocumentDraft<T> {
  document: T;
  /** The revision that the draft began from. */
  based_on: number;
}

const at = (kind: DocumentKind, key: string) => ({ path: { kind, key } });

/** A document as it is published. */
export interface PublishedDocument<T> {
  document: T;
  revision: number;
  work: Work[];
}

export const getDocument = <T>(kind: DocumentKind, key: string): Promise<PublishedDocument<T>> =>
  answer(api.GET("/documents/{kind}/{key}", { params: at(kind, key) })) as Promise<
    PublishedDocument<T>
  >;

/** A draft that is to be saved, over the version that was seen; 0 when there was none. */
export interface VersionedDraft<T> extends DocumentDraft<T> {
  version: number;
}

export const getDraft = <T>(kind: DocumentKind, key: string): Promise<VersionedDraft<T>> =>
  answer(api.GET("/documents/{kind}/{key}/draft", { params: at(kind, key) })) as Promise<
    VersionedDraft<T>
  >;

export const putDraft = <T>(
  kind: DocumentKind,
  key: string,
  draft: VersionedDraft<T>,
): Promise<{ version: number }> =>
  answer(api.PUT("/documents/{kind}/{key}/draft", { params: at(kind, key), body: draft }));

export const deleteDraft = (kind: DocumentKind, key: string, version: number): Promise<void> =>
  answer(
    api.DELETE("/documents/{kind}/{key}/draft", {
      params: { ...at(kind, key), query: { version } },
    }),
  );

export const checkDocument = <T>(
  kind: DocumentKind,
  key: string,
  document: T,
  signal?: AbortSignal,
): Promise<DocumentCheck> =>
  answer(
    api.POST("/documents/{kind}/{key}/check", {
      params: at(kind, key),
      body: { document },
      signal,
    }),
  );

export const publishDocument = <T>(
  kind: DocumentKind,
  key: string,
  draft: DocumentDraft<T>,
  acceptUnconverted = false,
): Promise<{ revision: number; preparing: boolean }> =>
  answer(
    api.POST("/documents/{kind}/{key}/publish", {
      params: at(kind, key),
      body: { ...draft, accept_unconverted: acceptUnconverted },
    }),
  );

/** Gives up a publish that waits for its values. */
export const discardConversion = (form: string): Promise<void> =>
  answer(api.DELETE("/documents/form/{key}/conversion", { params: { path: { key: form } } }));

/** A conversion that was made, with what it could not bring over. */
export type Conversion = Schemas["Conversion"];

/** The conversions of a form, the newest first. */
export const listConversions = (form: string): Promise<Conversion[]> =>
  answer(api.GET("/documents/form/{key}/conversions", { params: { path: { key: form } } })).then(
    ({ conversions }) => conversions,
  );
