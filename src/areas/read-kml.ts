import { kmlGen } from '@tmcw/togeojson';
import { DOMParser, onErrorStopParsing, type Document } from '@xmldom/xmldom';
import { AppError } from '../errors/app-error.js';

/**
 * The features of a KML document, with folders flattened.
 * @throws AppError GEOMETRY_INVALID
 */
export function readKml(text: string): unknown[] {
  // No map needs one, and entities are what XML bombs are made of.
  if (/<!doctype/i.test(text)) throw new AppError('GEOMETRY_INVALID', 'XML with a document type is not accepted');
  let document: Document;
  try {
    document = new DOMParser({ onError: onErrorStopParsing }).parseFromString(text, 'text/xml');
  } catch (error) {
    throw new AppError('GEOMETRY_INVALID', 'The XML cannot be read', { cause: error });
  }
  if (document.getElementsByTagName('NetworkLink').length > 0) {
    throw new AppError('GEOMETRY_INVALID', 'The KML only links to a map: export the map itself, not its network link');
  }
  return [...kmlGen(document)].filter(({ properties }) => properties?.['@geometry-type'] !== 'groundoverlay');
}
